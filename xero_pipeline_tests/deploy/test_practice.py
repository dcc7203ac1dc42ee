"""The processes of the compose file, for real: workers with homes of their own carry what one machine would."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from xero_pipeline.xero.endpoints import chosen
from xero_pipeline_tests.clock import TODAY
from xero_pipeline_tests.deploy.practice import Practice, eventually, practice
from xero_pipeline_tests.journeys.truth import kept, truth
from xero_pipeline_tests.journeys.watched import most_at_once

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]
ORGANISATIONS = 6
COLLECTIONS = chosen(tax_reports=False, journals=False)
STUCK_SECONDS = 300
"""No organisation may wait longer for what was killed."""


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    folder = tmp_path_factory.mktemp("practice")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TESTS_HURRY", "1")
        with practice(
            folder, organisations=ORGANISATIONS, workers=2, runs_at_once=4, months=TODAY.replace(day=1).isoformat()
        ) as made:
            yield made


def runs(there: Practice, *states: str) -> int:
    ((count,),) = there.query("SELECT count(*) FROM runs WHERE status = ANY(%s)", list(states))
    return count


def carrying(there: Practice) -> dict[str, int]:
    return dict(there.query("SELECT machine, count(*) FROM xero_state.carried_runs GROUP BY 1"))


def loaded(there: Practice) -> set[str]:
    """Organisations whose first load is whole, as the notes say that commit with the rows."""
    whole = "SELECT tenant_id FROM xero.cursors WHERE complete_at IS NOT NULL GROUP BY 1 HAVING count(*) >= %s"
    return {tenant for (tenant,) in there.query(whole, len(COLLECTIONS))}


def quiet(there: Practice) -> bool:
    """Whether no run is under way or waits."""
    return not runs(there, "QUEUED", "NOT_STARTED", "STARTING", "STARTED", "CANCELING")


def test_two_workers_carry_a_first_load_and_all_parts_are_healthy(there: Practice) -> None:
    # Every worker needs a new token at once.
    there.query("UPDATE xero_state.consents SET expires_at = now() - interval '20 years' RETURNING 1")
    eventually(lambda: len(carrying(there)) == 2, 120, "two workers carry runs")
    eventually(lambda: len(loaded(there)) == ORGANISATIONS, 240, "every organisation is loaded")
    eventually(lambda: quiet(there), 120, "no run is left over")
    nothing_is_lost_doubled_or_asked_too_often(there)
    there.cluster.wait_healthy("code", "daemon", "ui", "web", "worker-1", "worker-2")


def test_the_doctor_of_another_machine_sees_that_all_agree(there: Practice) -> None:
    done = there.office.run("doctor", "--json", XERO_BROKER_URL=there.broker)
    told = {one["told"] for one in json.loads(done.out)["findings"] if one["check"] == "machines"}
    assert any(one.endswith("agree on key, program and layout") for one in told), told


def nothing_is_lost_doubled_or_asked_too_often(there: Practice) -> None:
    for tenant_id in loaded(there):
        with truth(there.xero.url, tenant_id) as told:
            assert kept(there.office, tenant_id) == told.facts(), tenant_id
    assert there.query("SELECT count(*), count(refresh_token) FROM xero_state.consents") == [(1, 1)]
    connected = there.query("SELECT count(*) FROM xero_state.organisations WHERE status = 'connected'")
    assert connected == [(ORGANISATIONS,)]
    assert there.xero.refreshes, "no token was renewed"
    assert most_at_once(there.xero.refreshes) == 1
    assert [one.status for one in there.xero.refreshes if one.status != 200] == []
    for tenant_id in loaded(there):
        ours = [one for one in there.xero.seen if one.tenant_id == tenant_id and one.ended]
        assert most_at_once(ours) <= 5
    assert {one.status for one in there.xero.seen if one.ended} == {200}
