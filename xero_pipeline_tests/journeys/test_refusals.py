"""What goes wrong before anything is synced is said in one clear paragraph."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable

import httpx
import pytest

from xero_pipeline_tests.journeys.home import IMPATIENT, Done, Home
from xero_simulator.person import Person


def said_clearly(done: Done, code: int, *words: str) -> None:
    assert done.code == code, done.said
    assert "Traceback" not in done.said
    complaints = [line for line in done.err.splitlines() if line.startswith("Error: ")]
    assert len(complaints) == 1, done.err
    for word in words:
        assert word in complaints[0]


def test_a_denied_consent(new_home: Home) -> None:
    said_clearly(new_home.connect(Person().cancel), 1, "declined", "xero-pipeline connect")
    assert new_home.run("sync").code == 2


def test_a_forged_state(new_home: Home) -> None:
    def forge(url: str) -> str:
        return re.sub(r"state=[^&]+", "state=forged", Person().allow(url))

    said_clearly(new_home.connect(forge), 1, "does not belong to this consent", "xero-pipeline connect")


def test_an_answer_from_an_older_question(new_home: Home) -> None:
    first: list[str] = []

    def keep(url: str) -> str:
        first.append(Person().allow(url))
        return first[0]

    assert new_home.connect(keep).code == 0
    done = new_home.connect(lambda url: first[0])
    said_clearly(done, 1, "does not belong to this consent")
    code = httpx.URL(first[0]).params["code"]
    assert not [said for said in new_home.said if code in said]


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("XERO_CLIENT_ID", None, ["XERO_CLIENT_ID", "https://developer.xero.com"]),
        ("XERO_ENCRYPTION_KEY", None, ["XERO_ENCRYPTION_KEY"]),
        ("XERO_ENCRYPTION_KEY", "5a5a", ["XERO_ENCRYPTION_KEY", "64"]),
        ("XERO_API_URL", "api.xero.com", ["XERO_API_URL", "absolute"]),
        ("XERO_LOGIN_URL", "ftp://login.xero.com", ["XERO_LOGIN_URL", "absolute"]),
        ("XERO_REDIRECT_URI", "https://example.com/callback", ["XERO_REDIRECT_URI", "this machine"]),
        ("XERO_START_DATE", "last year", ["XERO_START_DATE"]),
        ("XERO_CALLS_PER_MINUTE", "61", ["XERO_CALLS_PER_MINUTE"]),
        ("XERO_STATE_URL", "mysql://state", ["XERO_STATE_URL", "sqlite"]),
    ],
)
def test_a_setting_that_is_missing_or_wrong_is_named(
    new_home: Home, variable: str, value: str | None, words: list[str]
) -> None:
    said_clearly(new_home.run("connect", "--no-browser", **{variable: value}), 2, *words)


def test_a_warehouse_of_a_kind_we_do_not_know(connected_home: Callable[[], Home]) -> None:
    done = connected_home().run("sync", XERO_WAREHOUSE_URL="mysql://me:pass-word@books")
    said_clearly(done, 2, "XERO_WAREHOUSE_URL", "duckdb")
    assert "pass-word" not in done.said


def test_a_key_that_does_not_open_the_tokens(connected_home: Callable[[], Home]) -> None:
    home = connected_home()
    done = home.run("sync", "--select", "accounts", XERO_ENCRYPTION_KEY="6b" * 32)
    assert "XERO_ENCRYPTION_KEY" in done.err
    assert "Traceback" not in done.said
    assert done.code == 1


def test_nobody_answers_at_xeros_addresses(new_home: Home) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{free.getsockname()[1]}"
    done = new_home.connect(prelude=IMPATIENT, XERO_IDENTITY_URL=nowhere)
    said_clearly(done, 1, f"No answer from {nowhere}/connect/token", "XERO_IDENTITY_URL")
