"""What becomes of a practice's runs and organisations, as its databases and Dagster's UI say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import httpx

from xero_pipeline.defs.assets.collections import ORGANISATIONS_PER_RUN
from xero_pipeline.defs.automation.jobs import SYNC
from xero_pipeline.defs.partitions import ORGANISATIONS, range_tags
from xero_pipeline.web.dagster_graphql import LAUNCH
from xero_pipeline.xero.endpoints import chosen
from xero_pipeline_tests.deploy.practice import Practice

COLLECTIONS = chosen(tax_reports=False, journals=False)


def runs(there: Practice, *states: str) -> int:
    ((count,),) = there.query("SELECT count(*) FROM runs WHERE status = ANY(%s)", list(states))
    return count


def carrying(there: Practice) -> dict[str, int]:
    return dict(there.query("SELECT machine, count(*) FROM xero_state.carried_runs GROUP BY 1"))


def loaded(there: Practice) -> set[str]:
    """Organisations whose first load is whole, as the notes say that commit with the rows; or what is left is aside."""
    noted = (
        "SELECT tenant_id FROM (SELECT tenant_id, endpoint FROM xero.cursors WHERE complete_at IS NOT NULL UNION "
        "SELECT tenant_id, asset FROM xero_state.postponed WHERE why = 'unavailable' AND months = '') AS t "
        "GROUP BY 1 HAVING count(*) >= %s"
    )
    return {tenant for (tenant,) in there.query(noted, len(COLLECTIONS))}


def open_to_all(there: Practice) -> set[str]:
    """Organisations of which the person who connected may see everything: every tenth simulated one is none."""
    return loaded(there) - {tenant for (tenant,) in there.query("SELECT tenant_id FROM xero_state.postponed")}


def quiet(there: Practice) -> bool:
    """Whether no run is under way or waits."""
    return not runs(there, "QUEUED", "NOT_STARTED", "STARTING", "STARTED", "CANCELING")


def read_since(there: Practice, since: Any) -> int:
    """Endpoints of all organisations that were read whole since then."""
    ((count,),) = there.query("SELECT count(*) FROM xero.cursors WHERE complete_at >= %s", since)
    return count


def failures(there: Practice) -> list[object]:
    """What became of the runs, and the last words of those that failed."""
    states = there.query("SELECT status, count(*) FROM runs GROUP BY 1")
    failed = there.query("SELECT run_id FROM runs WHERE status = 'FAILURE'")
    return [states, loaded(there), *(events(there, run_id)[:4] for (run_id,) in failed)]


def endpoints_read(there: Practice) -> int:
    """Of all organisations together."""
    ((count,),) = there.query("SELECT count(*) FROM xero.cursors WHERE complete_at IS NOT NULL")
    return count


def events(there: Practice, run_id: str) -> list[str]:
    """What a run says of itself, the last first."""
    rows = there.query("SELECT event FROM event_logs WHERE run_id = %s ORDER BY id DESC", run_id)
    told = [json.loads(event) for (event,) in rows]
    return [(one.get("dagster_event") or {}).get("message") or one["user_message"] for one in told]


def put_into_the_queue(there: Practice, named: Mapping[str, str]) -> str:
    """A sync, with tags that say of which partitions; its run id."""
    selector = {"repositoryName": "__repository__", "repositoryLocationName": "xero_pipeline", "jobName": SYNC}
    tags = [{"key": key, "value": value} for key, value in named.items()]
    params = {"selector": selector, "runConfigData": {}, "executionMetadata": {"tags": tags}}
    return asked(there, LAUNCH, params=params)["result"]["run"]["runId"]


def asked(there: Practice, query: str, **variables: object) -> dict[str, Any]:
    answer = httpx.post(f"{there.ui}/graphql", json={"query": query, "variables": variables}, timeout=60)
    return answer.json()["data"]


def sync_all(there: Practice) -> None:
    """Put runs over all organisations into the queue, as the schedule does."""
    asked_for = "SELECT partition FROM dynamic_partitions WHERE partitions_def_name = %s ORDER BY id"
    order = [one for (one,) in there.query(asked_for, ORGANISATIONS)]
    for first in range(0, len(order), ORGANISATIONS_PER_RUN):
        put_into_the_queue(there, range_tags(order[first : first + ORGANISATIONS_PER_RUN]))
