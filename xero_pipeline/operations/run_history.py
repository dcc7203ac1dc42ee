"""What was synced, from Dagster's run history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from xero_pipeline.defs.automation.report_runs import organisations_of
from xero_pipeline.defs.partitions import ORGANISATIONS
from xero_pipeline.shard import number_before, without_shard

if TYPE_CHECKING:
    import dagster as dg

    from xero_pipeline.xero.auth.organisations import Organisation

SELECTED = "selected tables"
"""What people know as the job of assets that somebody chose; Dagster has no job of its own for that."""

INTERRUPTED = frozenset({"DagsterExecutionInterruptedError", "KeyboardInterrupt"})
"""What a step fails of that a person stopped: in the main thread, and in any other."""

STOPPED = "Stopped by a person. The next sync goes on from there."

_NO_JOB = "__ASSET_JOB"
"""What Dagster says in its place."""

_AT_ONCE = 200
"""Runs that are looked at in one question."""

_CHANGED = ("rows_inserted", "rows_updated", "rows_removed")


def past_run(instance: dg.DagsterInstance, record: dg.RunRecord, names: Mapping[str, str]) -> dict[str, Any]:
    """A run as people and programs are told of it.

    Args:
        record: The run in it.
        names: Names of organisations by tenant id.
    """
    run = record.dagster_run
    tenant_id = tenant_of(run.tags)
    return {
        "run_id": run.run_id,
        "job": without_shard(job_of(run)),
        "assets": sorted(key.path[-1] for key in run.asset_selection or ()),
        "organisation": names.get(tenant_id or "", tenant_id),
        "start": _instant(record.start_time),
        "end": _instant(record.end_time),
        "state": run.status.value.lower(),
        "rows_changed": _rows_changed(instance, run.run_id),
        "error": run_error(instance, run.run_id) if run.is_failure_or_canceled else None,
    }


def run_records(
    instance: dg.DagsterInstance, limit: int, tenant_id: str | None = None, *, at_most: int | None = None
) -> list[dg.RunRecord]:
    """The last runs, the newest first.

    Args:
        tenant_id: Only runs of this organisation, those with others among them; None for all.
        at_most: Look at about so many runs of all organisations; None for all there are.
    """
    if tenant_id is None:
        return list(instance.get_run_records(limit=limit))
    organisations, found = OrganisationsOfRuns(instance), list[Any]()
    cursor: str | None = None
    looked_at = 0
    while len(found) < limit and (at_most is None or looked_at < at_most):
        some = instance.get_run_records(limit=_AT_ONCE, cursor=cursor)
        found += [one for one in some if tenant_id in organisations.of(one.dagster_run)]
        looked_at += len(some)
        if len(some) < _AT_ONCE:
            break
        cursor = some[-1].dagster_run.run_id
    return found[:limit]


class OrganisationsOfRuns:
    """Knows which organisations a run has, also where shards have sets of their own. What it has read it keeps."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self._instance = instance
        self._orders: dict[int | None, Sequence[Sequence[str]]] = {}

    def of(self, run: dg.DagsterRun) -> Iterable[str]:
        """Tenant ids, in the order of their partitions; of an unknown range its ends."""
        ends = set(organisations_of(run.tags, ()))
        if len(ends) < 2:
            return ends
        shard = _shard_number(run)
        if shard not in self._orders:
            names = _partition_sets(self._instance, shard)
            self._orders[shard] = [self._instance.get_dynamic_partitions(name) for name in names]
        order = next((one for one in self._orders[shard] if ends <= set(one)), ())
        return organisations_of(run.tags, order)


def _shard_number(run: dg.DagsterRun) -> int | None:
    """The number of the shard whose run it is; that of chosen assets has no job of its own."""
    keys = [f"{part}_" for key in run.asset_selection or () for part in key.path]
    numbers = (number_before(name) for name in (run.job_name, *keys))
    return next((number for number in numbers if number), None)


def _partition_sets(instance: dg.DagsterInstance, shard: int | None) -> Sequence[str]:
    """The names of the sets of organisations of a shard: usually one, and one of each earlier count of shards.

    Args:
        shard: Its number; None where there are no shards.

    Returns:
        That of the largest count first: a count grows.
    """
    from dagster._core.storage.event_log import SqlEventLogStorage
    from dagster._core.storage.event_log.schema import DynamicPartitionsTable
    from sqlalchemy import select

    storage = instance.event_log_storage
    if shard is None or not isinstance(storage, SqlEventLogStorage):
        return [ORGANISATIONS]
    name, prefix = DynamicPartitionsTable.c.partitions_def_name, f"{ORGANISATIONS}_{shard}_of_"
    with storage.index_connection() as connection:
        found = connection.execute(select(name).distinct().where(name.startswith(prefix, autoescape=True)))
        return sorted(found.scalars(), key=lambda one: int(one.removeprefix(prefix)), reverse=True)


def names_of(organisations: Iterable[Organisation]) -> dict[str, str]:
    """Names by tenant id."""
    return {one.tenant_id: one.name for one in organisations}


def tenant_of(tags: Mapping[str, str]) -> str | None:
    """The organisation of a run; None where it has several, or none."""
    return tags.get("xero/organisation") or tags.get("dagster/partition")


def changed(facts: Mapping[str, Any]) -> int:
    """The rows that a materialisation changed."""
    values = [facts[name].value for name in _CHANGED if name in facts]
    return sum(value for value in values if isinstance(value, int))


def _instant(seconds: float | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def _rows_changed(instance: dg.DagsterInstance, run_id: str) -> int:
    """The rows of every materialisation of a run."""
    import dagster as dg

    entries = instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
    made = [entry.asset_materialization for entry in entries]
    return sum(changed(one.metadata) for one in made if one)


def job_of(run: dg.DagsterRun) -> str:
    """What people know the job of a run as."""
    return SELECTED if run.job_name.startswith(_NO_JOB) else run.job_name


def run_error(instance: dg.DagsterInstance, run_id: str) -> str | None:
    """What a failed run said first."""
    import dagster as dg

    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_FAILURE):
        if entry.dagster_event and (said := failure_of(entry.dagster_event)):
            return said
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.RUN_FAILURE):
        return _end_of(entry.dagster_event) if entry.dagster_event else entry.message
    return None


def _end_of(event: dg.DagsterEvent) -> str | None:
    """What a run said that failed of itself, between its steps."""
    error = event.job_failure_data.error if event.event_specific_data else None
    return STOPPED if error and error.cls_name in INTERRUPTED else event.message


def failure_of(event: dg.DagsterEvent) -> str | None:
    """What a step said that failed."""
    data = event.step_failure_data
    if data.user_failure_data and data.user_failure_data.description:
        return data.user_failure_data.description
    if data.error and data.error.cls_name in INTERRUPTED:
        return STOPPED
    return data.error.message.strip() if data.error else None
