"""The processes of the compose file, for real: workers with homes of their own carry what one machine would."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator

import pytest

from xero_pipeline.defs.run_tags import ORGANISATION
from xero_pipeline.operations.lost_runs import PROCESS
from xero_pipeline_tests.clock import TODAY
from xero_pipeline_tests.deploy.practice import Practice, eventually, measured, practice
from xero_pipeline_tests.deploy.progress import (
    COLLECTIONS,
    asked,
    carrying,
    endpoints_read,
    events,
    failures,
    loaded,
    open_to_all,
    put_into_the_queue,
    quiet,
    read_since,
    sync_all,
)
from xero_pipeline_tests.deploy.services import host_names
from xero_pipeline_tests.journeys.truth import kept, truth
from xero_pipeline_tests.journeys.watched import most_at_once
from xero_pipeline_tests.thoroughness import proof, so_many
from xero_simulator.faults.catalogue import Fault
from xero_simulator.limits import SimLimits

pytestmark = [pytest.mark.journey, pytest.mark.timeout(so_many(7200, 600))]
ORGANISATIONS, WORKERS = so_many(200, 6), so_many(3, 2)
WHOLE = bool(so_many(1, 0))
"""With Xero's limits, ours below them, and as long as anything takes: without a hurry."""
LOADED_SECONDS = so_many(5400, 300)
STUCK_SECONDS = 300
"""No organisation may wait longer for what was killed."""


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    folder = tmp_path_factory.mktemp("practice")
    with pytest.MonkeyPatch.context() as patch:
        if not WHOLE:
            patch.setenv("TESTS_HURRY", "1")
        with practice(
            folder,
            organisations=ORGANISATIONS,
            workers=WORKERS,
            runs_at_once=2 * WORKERS,
            months=TODAY.replace(day=1).isoformat(),
            limits=SimLimits() if WHOLE else None,
        ) as made:
            yield made


def test_a_first_load_survives_the_death_of_every_part(there: Practice) -> None:
    cluster = there.cluster
    # Every worker needs a new token at once.
    there.query("UPDATE xero_state.consents SET expires_at = now() - interval '20 years' RETURNING 1")
    machines = WORKERS if host_names() else 1
    eventually(lambda: len(carrying(there)) == machines, 120, "all workers carry runs")
    eventually(lambda: endpoints_read(there) > 3 * len(COLLECTIONS) // 2, 120, "something is read")
    began = time.monotonic()
    cluster.running["worker-1"].kill(all_of_it=True)
    cluster.running["daemon"].kill(all_of_it=True)
    read = endpoints_read(there)
    eventually(lambda: endpoints_read(there) > read + 5, 120, "the others go on")
    cluster.running["redis"].kill()
    there.database.kill()
    there.database.start()
    eventually(lambda: len(loaded(there)) == ORGANISATIONS, LOADED_SECONDS, lambda: failures(there))
    measured(f"first load of {ORGANISATIONS}, after the kill: {time.monotonic() - began:.0f} s")
    assert longest_pause(there, began) < STUCK_SECONDS
    eventually(lambda: quiet(there), LOADED_SECONDS, "no run is left over")
    nothing_is_lost_doubled_or_asked_too_often(there)
    cluster.wait_healthy("code", "daemon", "ui", "web", *(f"worker-{n + 1}" for n in range(WORKERS)))


def longest_pause(there: Practice, since: float) -> float:
    """Of the organisations that were being read when something was killed, the longest time without a call."""
    pauses: dict[str, float] = {}
    for tenant_id in loaded(there):
        began = [one.began for one in there.xero.seen if one.tenant_id == tenant_id and one.ended]
        before, after = [at for at in began if at < since], [at for at in began if at >= since]
        if before and after:
            pauses[tenant_id] = min(after) - max(before)
    measured(
        f"{len(pauses)} organisations were being read; the longest pause was {max(pauses.values(), default=0):.0f} s"
    )
    return max(pauses.values(), default=0.0)


@proof
def test_a_quiet_day_survives_the_death_of_a_worker(there: Practice) -> None:
    ((since,),) = there.query("SELECT now() + %s * interval '1 second'", float(os.environ["TESTS_CLOCK_AHEAD"]))
    began, calls = time.monotonic(), len(there.xero.seen)
    sync_all(there)
    eventually(lambda: carrying(there), 120, "a worker carries a run")
    eventually(lambda: read_since(there, since) > 5 * ORGANISATIONS, 1200)
    # Where processes have no host names of their own, any will do.
    carrier = max(carrying(there))
    there.cluster.running[carrier if carrier in there.cluster.running else "worker-1"].kill(all_of_it=True)
    # Settings are asked for once a week; the documents of all are read again.
    done = "SELECT count(*) FROM xero.cursors WHERE endpoint = 'invoices' AND complete_at >= %s"
    eventually(lambda: there.query(done, since) == [(ORGANISATIONS,)], LOADED_SECONDS, lambda: failures(there))
    measured(f"quiet day: {time.monotonic() - began:.0f} s, {len(there.xero.seen) - calls} calls")
    eventually(lambda: quiet(there), LOADED_SECONDS)
    nothing_is_lost_doubled_or_asked_too_often(there)


def test_the_doctor_of_another_machine_sees_that_all_agree(there: Practice) -> None:
    done = there.office.run("doctor", "--json", XERO_BROKER_URL=there.broker)
    told = {one["told"] for one in json.loads(done.out)["findings"] if one["check"] == "machines"}
    assert any(one.endswith("agree on key, program and layout") for one in told), told


def test_a_sync_of_the_command_line_shows_that_it_lives_as_a_worker_does(there: Practice) -> None:
    one = sorted(loaded(there))[0]
    there.xero.simulator.faults.add(Fault("slow", times=None, seconds=5.0))
    try:
        words = ("sync", "--organisation", one, "--select", "accounts")
        process = there.office.start(*words, XERO_BROKER_URL=there.broker)
        carried = "SELECT count(*) FROM xero_state.carried_runs JOIN runs USING (run_id) WHERE runs.run_body LIKE %s"
        eventually(lambda: there.query(carried, f"%{PROCESS}%") == [(1,)], 120, "the run shows itself")
    finally:
        there.xero.simulator.faults.clear()
    done = there.office.ended(process)
    assert done.code == 0, done.said
    assert there.query(carried, f"%{PROCESS}%") == [(0,)]


def test_a_run_that_is_stopped_in_the_ui_ends_wherever_it_is_carried(there: Practice) -> None:
    tenant_id = sorted(loaded(there))[0]
    there.xero.simulator.faults.add(Fault("slow", times=None, seconds=5.0))
    try:
        run_id = launched(there, tenant_id)
        eventually(lambda: run_id in dict(there.query("SELECT run_id, pid FROM xero_state.carried_runs")), 60)
        # Before, Dagster's UI refuses it.
        eventually(lambda: there.query("SELECT status FROM runs WHERE run_id = %s", run_id) == [("STARTED",)], 60)
        asked(there, "mutation Stop($id: String!) { terminateRun(runId: $id) { __typename } }", id=run_id)
        eventually(
            lambda: there.query("SELECT status FROM runs WHERE run_id = %s", run_id) == [("CANCELED",)],
            60,
            lambda: events(there, run_id),
        )
    finally:
        there.xero.simulator.faults.clear()


def launched(there: Practice, tenant_id: str) -> str:
    """A sync of an organisation that a person asks for in the UI; its run id."""
    return put_into_the_queue(there, {"dagster/partition": tenant_id, ORGANISATION: tenant_id})


def nothing_is_lost_doubled_or_asked_too_often(there: Practice) -> None:
    read = open_to_all(there)
    for tenant_id in read:
        with truth(there.xero.url, tenant_id) as told:
            assert kept(there.office, tenant_id) == told.facts(), tenant_id
    assert there.query("SELECT count(*), count(refresh_token) FROM xero_state.consents") == [(1, 1)]
    connected = there.query("SELECT count(*) FROM xero_state.organisations WHERE status = 'connected'")
    assert connected == [(ORGANISATIONS,)]
    assert there.xero.refreshes, "no token was renewed"
    assert most_at_once(there.xero.refreshes) == 1
    assert [one.status for one in there.xero.refreshes if one.status != 200] == []
    for tenant_id in read:
        ours = [one for one in there.xero.seen if one.tenant_id == tenant_id and one.ended]
        assert most_at_once(ours) <= 5
    assert {one.status for one in there.xero.seen if one.tenant_id in read and one.ended} == {200}
