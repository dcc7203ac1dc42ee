"""With XERO_LOG_FORMAT=json whatever a process says on its error stream is a line of JSON, and none holds a secret."""

from __future__ import annotations

import json

from xero_pipeline_tests.journeys.home import Home
from xero_pipeline_tests.journeys.watched import Watched
from xero_simulator.faults.catalogue import Fault


def lines(said: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in said.splitlines()]


def test_a_sync_logs_lines_that_name_run_and_organisation(new_home: Home, xero: Watched) -> None:
    home = new_home
    home.variables["XERO_LOG_FORMAT"] = "json"
    assert home.connect(XERO_LOG_FORMAT="text").code == 0
    home.said.clear()
    with xero.looking():
        xero.simulator.faults.add(Fault("revoked_token", path="Users", times=None))
        failed = home.sync("--select", "users", "--select", "accounts")
    assert failed.code == 1
    (organisation,) = json.loads(home.run("status", "--json").out)["organisations"]
    said = lines(failed.err)
    of_users = [line for line in said if line.get("event") == "STEP_FAILURE"]
    assert of_users, said
    assert {line["organisation"] for line in of_users} == {organisation["tenant_id"]}
    assert any(line["message"].endswith("users: failed") for line in said), "progress is told, too"
    runs = {run["run_id"] for run in json.loads(home.run("logs", "--json").out)}
    assert {line["run_id"] for line in said if "run_id" in line} <= runs
    wrong = home.run("status", "--state", "late")
    (line,) = lines(wrong.err)
    assert (wrong.code, line["level"]) == (2, "ERROR")
    assert "needs-consent" in line["message"]
    everything = "".join(home.said)
    assert [secret for secret in xero.secrets if secret in everything] == []
