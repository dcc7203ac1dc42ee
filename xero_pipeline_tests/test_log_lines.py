"""With XERO_LOG_FORMAT=json every record is a line that programs read, says whose it is, and holds no secret."""

from __future__ import annotations

import json
import logging
import sys

import dagster as dg
import pytest

from xero_pipeline.log_lines import HIDDEN, JsonFormatter, hidden, log_as_json, log_context, logs_json
from xero_pipeline.operations.dagster_home import COMMAND_LINE, prepare_home
from xero_pipeline.settings import Settings

TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
SECRETS = {
    f"Bearer {TOKEN}": TOKEN,
    "Authorization: Basic Y2xpZW50OnNlY3JldA==": "Y2xpZW50OnNlY3JldA==",
    "postgresql+psycopg://me:a-password@host/books": "a-password",
    "GET /xero/callback?code=the-code&state=s": "the-code",
    "{'refresh_token': 'a-refresh', 'expires_in': 1800}": "a-refresh",
    '{"client_secret": "of-the-app"}': "of-the-app",
    "code_verifier=proof": "proof",
}


@pytest.fixture
def root():
    """The root of all loggers, put back as it was."""
    logger, ours, hook = logging.getLogger(), logging.getLogger("xero_pipeline"), sys.excepthook
    handlers, level = list(logger.handlers), ours.level
    yield logger
    logger.handlers[:] = handlers
    ours.setLevel(level)
    sys.excepthook = hook
    logging.captureWarnings(False)


def lines(said):
    return [json.loads(line) for line in said.splitlines()]


def test_a_record_says_when_how_serious_who_and_of_which_organisation(root, capsys):
    log_as_json()
    with log_context(organisation="tenant-a", run_id="run-1"):
        logging.getLogger("xero_pipeline.sync").info("Ångström %s\nsecond line", 7)
    try:
        raise ValueError("no number")
    except ValueError:
        logging.getLogger("xero_pipeline.sync").exception("It failed")
    logging.getLogger("another").info("of a library: not asked for")
    first, second = lines(capsys.readouterr().err)
    at = first.pop("time")
    assert at.endswith("+00:00")
    assert first == {
        "level": "INFO", "logger": "xero_pipeline.sync", "message": "Ångström 7\nsecond line",
        "organisation": "tenant-a", "run_id": "run-1",
    }  # fmt: skip
    assert "ValueError: no number" in second["exception"]
    assert "organisation" not in second
    assert logs_json()


@pytest.mark.parametrize("said", SECRETS)
def test_no_line_holds_a_secret(said):
    try:
        raise RuntimeError(said)
    except RuntimeError:
        record = logging.LogRecord("x", logging.ERROR, "", 1, "%s", (said,), sys.exc_info())
    line = JsonFormatter().format(record)
    assert SECRETS[said] not in line
    assert line.count(HIDDEN) >= 2, "in the message and in the exception"


def test_what_is_no_secret_stays():
    text = "3 tokens left; the code of account 200 is 'sales'; see https://api.xero.com/Invoices?page=2"
    assert hidden(text) == text


def test_what_ends_the_process_is_a_line_too(root, capsys):
    log_as_json()
    sys.excepthook(ValueError, ValueError("no"), None)
    (line,) = lines(capsys.readouterr().err)
    assert (line["level"], line["message"]) == ("CRITICAL", "Unexpected ValueError")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Makes Dagster's home for a log format."""
    for name in ("DAGSTER_HOME", "XERO_LOG_FORMAT"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    return lambda form: prepare_home(Settings.load(_env_file=None, pipeline_home=tmp_path / form, log_format=form))


TAGS = {"xero/organisation": "tenant-a"}


@dg.op
def reads(context):
    context.log.info("Read")
    logging.getLogger("xero_pipeline.sync").warning("Slow")
    raise ValueError("no number, but Bearer of-secrets")


@dg.job
def reading():
    reads()


@pytest.mark.filterwarnings("ignore::dagster.BetaWarning")
def test_a_run_of_dagster_logs_lines_with_its_id_and_organisation(root, home, capsys):
    log_as_json()  # as in a worker, which is a command of ours
    with dg.DagsterInstance.from_config(str(home("json"))) as instance:
        done = reading.execute_in_process(instance=instance, tags=TAGS, raise_on_error=False)
    said = [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]
    assert {(one["run_id"], one["organisation"], one["job"]) for one in said} == {(done.run_id, "tenant-a", "reading")}
    told = {one["message"]: one for one in said}
    assert (told["Read"]["step"], told["Read"]["level"]) == ("reads", "INFO")
    assert [one["message"] for one in said].count("Slow") == 1
    assert (told["Slow"]["logger"], told["Slow"]["level"]) == ("xero_pipeline.sync", "WARNING")
    (failure,) = [one for one in said if one.get("event") == "STEP_FAILURE"]
    assert "ValueError: no number" in failure["exception"]
    assert "of-secrets" not in failure["exception"]


def test_text_leaves_dagsters_log_as_it_is(home):
    for name in ("dagster.yaml", COMMAND_LINE):
        assert "json" not in (home("text") / name).read_text()
