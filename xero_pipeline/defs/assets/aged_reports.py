"""What is asked for by hand only: the aged reports, of which Xero gives one contact's a call."""

# No `from __future__ import annotations` here: Dagster reads the annotations of asset functions as they are.

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import Field

from xero_pipeline import clock
from xero_pipeline.defs.assets.execution import Execute, executed, work_only
from xero_pipeline.defs.assets.materialisations import RecordMaterialisation, Written
from xero_pipeline.defs.assets.organisation_client import xero_client_for
from xero_pipeline.defs.assets.per_organisation import Content, run_for_each_organisation
from xero_pipeline.defs.assets.shared_step import SharedStep
from xero_pipeline.defs.assets.subset import Result
from xero_pipeline.defs.partitions import organisation_partitions
from xero_pipeline.defs.resources import ASSET_RESOURCES, resources_of
from xero_pipeline.defs.specs import CALLS_LEFT, changes, cost
from xero_pipeline.errors import AskedInPart, BudgetReached, ConfigurationError, DailyLimitReached
from xero_pipeline.ledger.statements.periods import day_of_books
from xero_pipeline.sync.aged_reports import TABLE, aged_calls, sync_aged
from xero_pipeline.sync.backfill_calls import RESERVE
from xero_pipeline.sync.result import CallStats, SyncResult
from xero_pipeline.warehouse.days import day_of
from xero_pipeline.warehouse.load.merge import Merged
from xero_pipeline.warehouse.progress.row_states import aged_versions
from xero_pipeline.warehouse.schema.catalogue import table

if TYPE_CHECKING:
    from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition as Job

    from xero_pipeline.defs.naming import Naming

AGED = "aged_reports"
"""The job. It has an organisation's partition and is never asked for by a schedule or sensor."""


class AgedOptions(dg.Config):
    """Whose aged reports, and of which day."""

    contacts: list[str] = Field(default_factory=list)
    """Names or contact ids. None: all with an invoice or bill open on the day, the largest amounts first."""

    as_of: str | None = None
    """The day, as YYYY-MM-DD; None for the organisation's today."""


def on_request_assets(naming: "Naming", *, execute: Execute = work_only) -> Sequence[dg.AssetsDefinition]:
    """The assets that are materialised by hand only.

    Args:
        execute: What the project puts around the work.
    """
    return [_aged(naming, execute)]


def on_request_jobs(naming: "Naming", assets: Sequence[dg.AssetsDefinition]) -> "list[Job]":
    """The jobs over them.

    Args:
        assets: From `on_request_assets`; without any there is no job.
    """
    if not assets:
        return []
    return [
        dg.define_asset_job(  # pyright: ignore[reportUnknownMemberType] - Dagster's own signature
            naming.named(AGED),
            selection=dg.AssetSelection.assets(*assets),
            executor_def=dg.in_process_executor,
            description="Aged receivables and payables of an organisation's contacts: a call for each of them.",
        )
    ]


def _aged(naming: "Naming", execute: Execute) -> dg.AssetsDefinition:
    # Each call is for a contact of ours: that column alone is carried over, all others come with Xero's answer.
    whose = {name: [f"xero.contacts.{name}"] for name in ("tenant_id", "contact_id")}
    spec = naming.spec(table(TABLE), made_of=["contacts", "invoices"], lineage=whose, kind="report", every=None)

    @dg.multi_asset(
        name=naming.named(f"ask_{TABLE}"),
        required_resource_keys={naming.resource(name) for name in ASSET_RESOURCES},
        specs=[spec],
        partitions_def=organisation_partitions(naming.organisations),
        backfill_policy=dg.BackfillPolicy.multi_run(1),
    )
    @executed(execute)
    def ask(
        context: dg.AssetExecutionContext,
        config: AgedOptions,
    ) -> Iterator[Result]:
        xero, xero_warehouse, xero_progress = resources_of(context, naming)
        asked, warehouse = config.as_of and given_day(config.as_of), xero_warehouse.warehouse

        def one(tenant_id: str, record: RecordMaterialisation) -> None:
            as_of = asked or day_of(warehouse, tenant_id, clock.now())
            calls = aged_calls(warehouse, tenant_id, as_of, config.contacts)
            fits = max(0, xero.calls_left([tenant_id])[tenant_id] - RESERVE)
            tally, kept = CallStats(), _Kept(len(calls))
            xero_progress.begin(tenant_id, TABLE)
            context.log.info(f"{len(calls)} calls, one for each report of a contact; {fits} fit into the day.")
            try:
                # Asked for by a person, who is told how far it came: it waits for its calls here.
                with xero_client_for(context, xero, tenant_id, tally, xero_progress, SharedStep(1)) as client:
                    for outcome in sync_aged(
                        client,
                        warehouse,
                        tenant_id,
                        calls[:fits],
                        as_of,
                        tally=tally,
                        progress=xero_progress.step,
                        landing=xero_warehouse.landing,
                    ):
                        xero_progress.end(outcome)
                        kept.add(outcome)
            except (BudgetReached, DailyLimitReached) as stopped:
                raise kept.in_part(tenant_id, stopped.message) from stopped
            finally:
                facts = kept.facts(as_of, xero.calls_left([tenant_id])[tenant_id])
                record(spec.key, tenant_id, facts)
            if len(calls) > fits:
                raise kept.in_part(tenant_id, f"The day's other {RESERVE} calls are left to the daily sync.")

        def describe(written: Collection[Written]) -> Mapping[Written, Content]:
            versions = aged_versions(warehouse, [tenant_id for _, tenant_id in written]) if written else {}
            return {one: Content(versions[one[1]]) for one in written}

        yield from run_for_each_organisation(
            context, context.partition_keys, one, xero_progress, xero.services, warehouse, describe
        )

    return ask


class _Kept:
    """What the calls for one organisation brought."""

    def __init__(self, wanted: int) -> None:
        self._wanted = wanted
        self._outcome = SyncResult({TABLE: Merged()}, records=0, calls=0, wire_bytes=0, seconds=0.0)
        self._answers = 0

    def add(self, outcome: SyncResult) -> None:
        before = self._outcome
        self._answers += 1
        self._outcome = SyncResult(
            tables={TABLE: before.tables[TABLE] + outcome.tables[TABLE]},
            records=before.records + outcome.records,
            calls=before.calls + outcome.calls,
            wire_bytes=before.wire_bytes + outcome.wire_bytes,
            seconds=before.seconds + outcome.seconds,
        )

    def facts(self, as_of: date, left: int) -> dict[str, object]:
        told: dict[str, object] = {**changes(self._outcome.tables[TABLE]), **cost(self._outcome), CALLS_LEFT: left}
        return told | {"as_of": as_of.isoformat(), "reports": self._answers, "read": f"as of {as_of}"}

    def in_part(self, tenant_id: str, why: str) -> AskedInPart:
        """The error that says how far it came: nobody goes on by himself with what was asked for by hand."""
        return AskedInPart(
            f"{self._answers} of {self._wanted} aged reports were asked for, those of the largest amounts first, and "
            f"are in the warehouse. {why} Ask for the others tomorrow, or in another run.",
            organisation=tenant_id,
        )


def given_day(text: str) -> date:
    """The day somebody asked for.

    Raises:
        ConfigurationError: It is no day, or none that books may have.
    """
    try:
        return day_of_books(date.fromisoformat(text))
    except ValueError:
        raise ConfigurationError(f"{text!r} is not a day: write it as 2026-10-31.") from None
