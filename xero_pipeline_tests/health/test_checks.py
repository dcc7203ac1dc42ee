"""Each check finds what it is there for, and says what to do."""

from __future__ import annotations

import os
import shutil
import time
from collections import namedtuple
from datetime import UTC, datetime, timedelta

import duckdb
import httpx
import pytest

from xero_pipeline import clock
from xero_pipeline.container import Services
from xero_pipeline.errors import ConfigurationError, NewerDatabase, XeroUnavailable
from xero_pipeline.operations.health import storage
from xero_pipeline.operations.health.read_copy import check_read_copy
from xero_pipeline.operations.health.result import HealthResult, carried
from xero_pipeline.operations.health.settings import check_settings
from xero_pipeline.operations.health.warehouse import check_warehouse
from xero_pipeline.operations.health.xero import check_consents, check_hosts
from xero_pipeline.settings import Settings
from xero_pipeline.warehouse.database.file_lock import FileHold
from xero_pipeline.warehouse.schema.upgrade import migrations
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline.xero.http.ping import ping

pytestmark = pytest.mark.any_day_in_proof

Usage = namedtuple("Usage", "total used free")


def states(results):
    return [(one.check, one.state) for one in results]


def test_settings_that_can_be_read_are_well(clean):
    (one,) = check_settings({})
    assert (one.state, one.told) == ("ok", "mock mode; settings come from the environment; there is no .env here")


def test_a_setting_that_is_misspelt_is_named_with_the_right_one(clean):
    file = clean / ".env"
    file.write_text("XERO_CLIENTID=x\n")
    file.chmod(0o600)
    _, one, two = check_settings({"XERO_CALL_PER_DAY": "5", "XERO_MOVE_TO": "", "PATH": ""}, file)
    assert one.told.startswith("XERO_CALL_PER_DAY is set") and "Did you mean XERO_CALLS_PER_DAY?" in one.remedy
    assert two.told.startswith("XERO_CLIENTID is set") and "Did you mean XERO_CLIENT_ID?" in two.remedy


def test_an_app_that_mock_mode_does_not_use_is_told_with_what_to_do(clean, monkeypatch):
    monkeypatch.setenv("XERO_CLIENT_ID", "my-app")
    _, one = check_settings({})
    assert (one.state, one.told.startswith("Mock mode is on although XERO_CLIENT_ID is set")) == ("warning", True)
    assert "XERO_MOCK_MODE=false" in one.remedy
    monkeypatch.setenv("XERO_MOCK_MODE", "false")
    assert [one.state for one in check_settings({})] == ["ok"]


@pytest.mark.parametrize(("line", "mode", "warned"), [
    ("XERO_CLIENT_SECRET=s", 0o644, True), ("XERO_CLIENT_SECRET=s", 0o600, False), ("XERO_WEB_PORT=3001", 0o644, False),
])  # fmt: skip
def test_a_file_with_a_secret_is_its_owners_alone(clean, line, mode, warned):
    file = clean / ".env"
    file.write_text(line)
    file.chmod(mode)
    assert [one.remedy for one in check_settings({}, file)] == ["", f"chmod 600 {file}"][: 1 + warned]


@pytest.mark.parametrize(("free", "state"), [(150e6, "problem"), (900e6, "warning"), (20e9, "ok")])
def test_a_full_disk_is_seen_before_a_sync_sees_it(clean, monkeypatch, free, state):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(0, 0, int(free)))
    (one,) = storage.check_disk(Services(Settings.load(pipeline_home=clean / "far" / "away")))
    assert one.state == state
    assert bool(one.remedy) is (state != "ok")


def test_a_connected_organisation_is_well_and_its_key_opens_its_tokens(services):
    assert states(check_consents(services)) == [("consent", "ok"), ("scopes", "ok")]
    (key,) = storage.check_key(services)
    assert (key.state, key.told) == ("ok", "decrypts the tokens of 1 stored consent(s)")


@pytest.mark.any_day
@pytest.mark.parametrize(("days", "state"), [(49, "ok"), (55, "warning"), (61, "problem")])
def test_a_consent_that_nobody_uses_is_told_before_it_dies(services, days, state):
    later = clock.now() + timedelta(days=days)
    consent = next(iter(check_consents(services, lambda: later)))
    assert consent.state == state


def test_a_scope_that_the_consent_does_not_cover_is_named(services):
    needs_more = Services(Settings.load(tax_reports=True))
    try:
        (scopes,) = [one for one in check_consents(needs_more) if one.check == "scopes"]
    finally:
        needs_more.close()
    assert scopes.state == "problem"
    assert "accounting.reports.taxreports.read" in scopes.told
    assert "xero-pipeline connect" in scopes.remedy


def test_an_organisation_that_was_disconnected_at_xero_is_a_problem(services):
    (one,) = services.organisations.list()
    services.oauth.remove_connection(services.tokens.of_consent(one.consent_id), one.connection_id)
    (found,) = check_consents(services)
    assert (found.check, found.state) == ("consent", "problem")
    assert one.name in found.told


def test_without_an_organisation_the_next_step_is_told(clean, simulator):
    services = Services(Settings.load())
    (one,) = check_consents(services)
    services.close()
    assert (one.state, one.remedy) == ("warning", "Run `xero-pipeline connect`.")


def test_a_key_that_opens_nothing_is_told_by_the_key_itself(services):
    other = Services(Settings.load(encryption_key="5a" * 32))
    try:
        (one,) = carried("encryption key", lambda: storage.check_key(other))
    finally:
        other.close()
    assert one.state == "problem"
    assert "none of the keys fits" in one.told


@pytest.mark.parametrize(("off", "state"), [(0, "ok"), (-45, "warning"), (400, "problem")])
def test_a_clock_that_is_off_is_measured_against_xeros(services, simulator, off, state):
    simulator._clock = lambda: time.time() - off
    (clock,) = [one for one in check_hosts(services) if one.check == "clock"]
    assert clock.state == state
    assert ("ahead of" in clock.told, "behind" in clock.told) == (off > 0, off < 0)


def test_a_host_that_does_not_answer_or_has_trouble_is_named_with_its_setting():
    def refuses(request):
        raise httpx.ConnectError("refused")

    with pytest.raises(XeroUnavailable, match=r"https://api\.example/connections does not answer .*XERO_API_URL"):
        ping("https://api.example/connections", "XERO_API_URL", transport=httpx.MockTransport(refuses))
    with pytest.raises(XeroUnavailable, match="answers HTTP 503"):
        trouble = httpx.MockTransport(lambda _: httpx.Response(503))
        ping("https://api.example/connections", "XERO_API_URL", transport=trouble)


@pytest.mark.parametrize(("told", "ahead"), [("Tue, 24 Nov 2026 10:00:00 GMT", 9.5), ("yesterday", None), (None, None)])
def test_the_difference_of_clocks_counts_from_the_middle_of_the_call(told, ahead):
    headers = {"Date": told} if told else {}
    at = datetime(2026, 11, 24, 10, 0, 9, tzinfo=UTC).timestamp()
    ticks = iter([at, at + 2])
    transport = httpx.MockTransport(lambda _: httpx.Response(404, headers=headers))
    found = ping("https://id.example/", "XERO_IDENTITY_URL", transport=transport, clock=lambda: next(ticks))
    assert (found.status, found.seconds, found.ahead) == (404, 2, ahead)


def test_a_warehouse_that_is_not_there_is_not_made(services):
    (one,) = check_warehouse(services)
    assert (one.state, one.told) == ("ok", "not there yet: the first sync makes it")
    assert not services.settings.home.joinpath("books.duckdb").exists()


def test_a_warehouse_of_a_newer_program_is_a_problem_and_stays_as_it_is(services, monkeypatch):
    Warehouse(services.settings.warehouse).prepare()
    (one,) = check_warehouse(services)
    assert one.state == "ok" and "schema up to date" in one.told
    monkeypatch.setattr(migrations, "HEAD", "0000")
    with pytest.raises(NewerDatabase, match="Update xero-pipeline"):
        list(check_warehouse(services))


def test_whoever_holds_the_warehouse_is_named(services):
    dialect = Warehouse(services.settings.warehouse).dialect
    duckdb.connect(str(dialect.path)).close()
    with FileHold(dialect.path).held("written", 1):
        (one,) = check_warehouse(services)
    assert one.state == "warning"
    assert "is in use by process" in one.told


def test_a_read_copy_that_has_no_room_is_told_with_what_it_needs(services, monkeypatch):
    assert list(check_read_copy(services)) == []
    warehouse = Warehouse(services.settings.warehouse)
    warehouse.prepare()
    (one,) = check_read_copy(services)
    assert (one.state, one.told.startswith("not there yet")) == ("ok", True)
    with warehouse.kept_open():
        pass
    (one,) = check_read_copy(services)
    assert (one.state, one.told.startswith("has the rows of now: ")) == ("ok", True)
    copy = warehouse.dialect.read_copy
    os.utime(copy.path, (1_700_000_000, 1_700_000_000))
    copy.note_change()
    (one,) = check_read_copy(services)
    assert (one.state, one.told.startswith("of 2023-11-14 22:13 UTC, a new one follows")) == ("ok", True)
    size = copy.path.stat().st_size
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(0, 0, size + 150_000_000))
    (one,) = check_read_copy(services)
    assert one.state == "warning"
    assert "is of 2023-11-14 22:13 UTC, rows have changed since, and there is no room" in one.told
    assert one.remedy.startswith("Free 50 MB")


def test_an_error_in_a_check_is_a_finding_and_not_the_end():
    def known():
        yield HealthResult("a", "ok", "well")
        raise ConfigurationError("XERO_X is wrong. Correct it.")

    def unknown():
        raise ZeroDivisionError("no")

    assert [one.told for one in carried("a", known)] == ["well", "XERO_X is wrong. Correct it."]
    (one,) = carried("b", unknown)
    assert (one.state, one.told, one.remedy) == ("problem", "Unexpected ZeroDivisionError: no", "Please report it.")
