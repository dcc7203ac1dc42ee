"""Drops old events of Dagster's history: of our own project alone, for the history of another is not ours to cut."""

# No `from __future__ import annotations` here: Dagster reads the annotations of ops as they are.

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg

from xero_pipeline import clock

if TYPE_CHECKING:
    import sqlalchemy as sa

    from xero_pipeline.defs.naming import Naming

TIDY = "tidy_dagster_history"
TIDYING = "tidy_dagster_history_daily"


def tidying(naming: "Naming", days: int) -> dg.Definitions:
    """A job that drops what is older, and its schedule.

    Args:
        days: How long events are kept.
    """

    @dg.op(name=naming.named("drop_old_events"))
    def drop(context: dg.OpExecutionContext) -> None:
        before = clock.now() - timedelta(days=days)
        count = drop_events(context.instance, before)
        context.log.info(f"{count:,} events of before {before:%Y-%m-%d} were dropped.")

    @dg.job(  # pyright: ignore[reportUnknownMemberType] - Dagster's own signature
        name=naming.named(TIDY), executor_def=dg.in_process_executor, description=f"{_WHAT} {days} days."
    )
    def tidy() -> None:
        drop()

    schedule = dg.ScheduleDefinition(
        name=naming.named(TIDYING),
        job=tidy,
        cron_schedule="0 4 * * *",
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=f"{_WHAT} {days} days (XERO_EVENTS_KEPT_DAYS).",
    )
    return dg.Definitions(jobs=[tidy], schedules=[schedule])


_WHAT = "Keeps Dagster's database small: drops events, but the newest of each table and partition, that are older than"


def drop_events(instance: dg.DagsterInstance, before: datetime) -> int:
    """Drop what a history has of before an instant. The list of runs stays, and so does what is newest of an asset.

    Returns:
        How many events were dropped, besides those in files of single runs.
    """
    import sqlalchemy as sa
    from dagster._core.storage.event_log.schema import (
        AssetCheckExecutionsTable,
        AssetEventTagsTable,
        SqlEventLogStorageTable,
    )
    from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage

    storage = instance.event_log_storage
    if not isinstance(storage, SqlEventLogStorage):
        return 0
    events, tags, checks = SqlEventLogStorageTable, AssetEventTagsTable, AssetCheckExecutionsTable
    at = before.astimezone(UTC).replace(tzinfo=None)  # as Dagster stores it
    kinds = [dg.DagsterEventType.ASSET_MATERIALIZATION.value, dg.DagsterEventType.ASSET_OBSERVATION.value]
    of_asset = sa.func.coalesce(events.c.dagster_event_type, "").in_(kinds)
    untagged = ~sa.exists().where(events.c.id == tags.c.event_id).correlate(tags)
    with storage.index_connection() as connection:
        dropped = connection.execute(sa.delete(events).where(events.c.timestamp < at, ~of_asset | _is_replaced(events)))
        connection.execute(sa.delete(tags).where(untagged))
        other = checks.alias()
        later = _same(other, checks, "asset_key", "check_name") & (other.c.id > checks.c.id)
        connection.execute(
            sa.delete(checks).where(checks.c.create_timestamp < at, sa.exists().where(later).correlate(checks))
        )
    _drop_files(instance, before)
    return dropped.rowcount


def _is_replaced(events: "sa.Table") -> "sa.ColumnElement[bool]":
    """Whether an asset's event says nothing that Dagster asks for.

    It asks for the newest of each partition; and whether what is made of it knows the version, by the newest event
    before that was told: so the first that told the version which is the newest stays, too.
    """
    import sqlalchemy as sa

    from xero_pipeline.defs.assets.materialisation_history import version_of

    other = events.alias()
    same = _same(other, events, "asset_key", "dagster_event_type")
    newer, older = other.c.id > events.c.id, other.c.id < events.c.id
    alike = version_of(other.c.id).correlate(other).is_not_distinct_from(version_of(events.c.id).correlate(events))

    def there_is(*conditions: "sa.ColumnElement[bool]") -> "sa.Exists":
        return sa.exists().where(same, *conditions).correlate(events)

    return there_is(newer) & (there_is(newer, ~alike) | there_is(older, alike))


def _same(other: "sa.FromClause", table: "sa.Table", *names: str) -> "sa.ColumnElement[bool]":
    """Of one partition, or both of none; each by itself can be looked up in an index."""
    import sqlalchemy as sa

    alike = [other.c[name] == table.c[name] for name in names]
    none = sa.and_(*alike, other.c.partition.is_(None), table.c.partition.is_(None))
    return sa.or_(sa.and_(*alike, other.c.partition == table.c.partition), none)


def _drop_files(instance: dg.DagsterInstance, before: datetime) -> None:
    """Where each run has a file of its events: those of runs that ended before."""
    from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage

    storage = instance.event_log_storage
    if not isinstance(storage, SqliteEventLogStorage):
        return
    ended = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
    for record in instance.get_run_records(dg.RunsFilter(statuses=ended, updated_before=before)):
        file = Path(storage.path_for_shard(record.dagster_run.run_id))
        for part in (file, *(file.with_name(file.name + end) for end in ("-wal", "-shm"))):
            part.unlink(missing_ok=True)
