"""What is asked for by hand only: the aged reports, of which Xero gives one contact's a call."""

# No `from __future__ import annotations` here: Dagster reads the annotations of asset functions as they are.

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime

import dagster as dg
from pydantic import Field

from xero_pipeline.defs.partitions import organisation_partitions
from xero_pipeline.defs.resources import WarehouseResource, XeroResource
from xero_pipeline.defs.specs import asset_key, changes, cost, spec
from xero_pipeline.defs.work import Record, calling, for_each_organisation
from xero_pipeline.errors import AskedInPart, BudgetReached, ConfigurationError, DailyLimitReached
from xero_pipeline.sync.aged import TABLE, aged_calls, sync_aged
from xero_pipeline.sync.budget import RESERVE
from xero_pipeline.sync.outcome import Outcome, Tally
from xero_pipeline.sync.progress import Progress
from xero_pipeline.warehouse.merge import Merged
from xero_pipeline.warehouse.tables import table

AGED = "aged_reports"
"""The job. It has an organisation's partition and is never asked for by a schedule or sensor."""


class AgedOptions(dg.Config):
    """Whose aged reports, and of which day."""

    contacts: list[str] = Field(default_factory=list)
    """Names or contact ids. None: all with something outstanding on the day, the largest amounts first."""

    as_of: str | None = None
    """The day, as YYYY-MM-DD; None for today."""


def on_request_assets(storage_kind: str) -> Sequence[dg.AssetsDefinition]:
    """The assets that are materialised by hand only.

    Args:
        storage_kind: Which database holds the tables.
    """
    return [_aged(storage_kind)]


def on_request_jobs(assets: Sequence[dg.AssetsDefinition]) -> list:
    """The jobs over them.

    Args:
        assets: From `on_request_assets`.
    """
    return [
        dg.define_asset_job(
            AGED,
            selection=dg.AssetSelection.assets(*assets),
            executor_def=dg.in_process_executor,
            description="Aged receivables and payables of an organisation's contacts: a call for each of them.",
        )
    ]


def _aged(storage_kind: str) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name=f"ask_{TABLE}",
        specs=[spec(table(TABLE), storage_kind=storage_kind, made_of=["contacts", "invoices"])],
        partitions_def=organisation_partitions(),
        backfill_policy=dg.BackfillPolicy.multi_run(1),
    )
    def ask(
        context: dg.AssetExecutionContext,
        config: AgedOptions,
        xero: XeroResource,
        warehouse: WarehouseResource,
        progress: dg.ResourceParam[Progress],
    ) -> Iterator[dg.MaterializeResult]:
        as_of = day_of(config.as_of)

        def one(tenant_id: str, record: Record) -> None:
            calls = aged_calls(warehouse.warehouse, tenant_id, as_of, config.contacts)
            fits = max(0, xero.parts.quota.snapshot(tenant_id).day_remaining - RESERVE)
            tally, kept = Tally(), _Kept(len(calls))
            progress.begin(tenant_id, TABLE)
            context.log.info(f"{len(calls)} calls, one for each report of a contact; {fits} fit into the day.")
            try:
                with calling(context, xero, warehouse, tenant_id, tally, progress) as client:
                    whose = (client, warehouse.warehouse, tenant_id)
                    how = {"tally": tally, "progress": progress.step, "landing": warehouse.landing}
                    for outcome in sync_aged(*whose, calls[:fits], as_of, **how):
                        progress.end(outcome)
                        kept.add(outcome)
            except (BudgetReached, DailyLimitReached) as stopped:
                raise kept.in_part(tenant_id, stopped.message) from stopped
            finally:
                record(asset_key(TABLE), tenant_id, kept.facts(as_of))
            if len(calls) > fits:
                raise kept.in_part(tenant_id, f"The day's other {RESERVE} calls are left to the daily sync.")

        yield from for_each_organisation(context, context.partition_keys, one, progress, xero.parts)

    return ask


class _Kept:
    """What the calls for one organisation brought."""

    def __init__(self, wanted: int) -> None:
        self._wanted = wanted
        self._outcome = Outcome({TABLE: Merged()}, records=0, calls=0, wire_bytes=0, seconds=0.0, day_remaining=None)
        self._answers = 0

    def add(self, outcome: Outcome) -> None:
        before = self._outcome
        self._answers += 1
        self._outcome = Outcome(
            tables={TABLE: before.tables[TABLE] + outcome.tables[TABLE]},
            records=before.records + outcome.records,
            calls=before.calls + outcome.calls,
            wire_bytes=before.wire_bytes + outcome.wire_bytes,
            seconds=before.seconds + outcome.seconds,
            day_remaining=outcome.day_remaining,
        )

    def facts(self, as_of: date) -> dict[str, object]:
        told = {**changes(self._outcome.tables[TABLE]), **cost(self._outcome)}
        return told | {"as_of": as_of.isoformat(), "reports": self._answers, "read": f"as of {as_of}"}

    def in_part(self, tenant_id: str, why: str) -> AskedInPart:
        """The error that says how far it came: nobody goes on by himself with what was asked for by hand."""
        return AskedInPart(
            f"{self._answers} of {self._wanted} aged reports were asked for, those of the largest amounts first, and "
            f"are in the warehouse. {why} Ask for the others tomorrow, or in another run.",
            organisation=tenant_id,
        )


def day_of(text: str | None) -> date:
    """The day somebody asked for.

    Args:
        text: As YYYY-MM-DD; None for today, in UTC.

    Raises:
        ConfigurationError: It is no day.
    """
    if text is None:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(f"{text!r} is not a day: write it as 2026-10-31.") from None
