"""The monthly reports as assets, cut by month and organisation."""

# No `from __future__ import annotations` here: Dagster reads the annotations of asset functions as they are.

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import dagster as dg

from xero_pipeline import clock
from xero_pipeline.defs.assets.execution import Execute, executed, work_only
from xero_pipeline.defs.assets.materialisations import RecordMaterialisation, Written
from xero_pipeline.defs.assets.organisation_client import xero_client_for
from xero_pipeline.defs.assets.per_organisation import Content, run_for_each_organisation
from xero_pipeline.defs.assets.shared_step import SharedStep
from xero_pipeline.defs.assets.subset import Result, emit_selected
from xero_pipeline.defs.automation.report_runs import PARTITIONS_PER_RUN
from xero_pipeline.defs.checks.data_quality import observe, readable_spec, with_check
from xero_pipeline.defs.metadata.charts import chart_metadata
from xero_pipeline.defs.naming import DAY, WEEK
from xero_pipeline.defs.partitions import months_by_organisation, report_key, report_partitions
from xero_pipeline.defs.resources import ASSET_RESOURCES, resources_of
from xero_pipeline.defs.specs import CALLS_LEFT, changes, cost, no_cost
from xero_pipeline.sync.report_reads import ReportReads
from xero_pipeline.sync.reports import Kept, sync_report
from xero_pipeline.sync.reports_due import begun
from xero_pipeline.sync.reports_stale import TRIAL_BALANCE, recheck_among, source_tables
from xero_pipeline.sync.result import CallStats
from xero_pipeline.warehouse.days import days_of
from xero_pipeline.warehouse.progress.row_states import report_versions
from xero_pipeline.warehouse.schema.catalogue import table
from xero_pipeline.xero.reports.catalogue import Report

if TYPE_CHECKING:
    from xero_pipeline.defs.naming import Naming
    from xero_pipeline.defs.selection import AssetSelectionConfig


def report_assets(
    naming: "Naming", choice: "AssetSelectionConfig", start: date, *, execute: Execute = work_only
) -> Sequence[dg.AssetsDefinition]:
    """The assets of all monthly reports.

    Args:
        start: First month there is a partition for.
        execute: What the project puts around the work.
    """
    checked, account_data = choice.checks, any(one.bases for one in choice.collections)
    return [
        _asset_of(one, naming, start, _every(one, choice), checked=checked, account_data=account_data, execute=execute)
        for one in choice.reports
    ]


def _every(report: Report, choice: "AssetSelectionConfig") -> timedelta | None:
    if report not in choice.automatic:
        return None
    return DAY if recheck_among(report, choice.automatic) == "daily" else WEEK


def _asset_of(
    report: Report,
    naming: "Naming",
    start: date,
    every: timedelta | None,
    *,
    checked: bool,
    account_data: bool,
    execute: Execute,
) -> dg.AssetsDefinition:
    spec = naming.spec(
        table(report.table),
        name=report.name,
        description=report.description,
        made_of=source_tables(report),
        kind="report",
        every=every,
    )

    @dg.multi_asset(
        name=naming.named(f"pull_{report.name}"),
        required_resource_keys={naming.resource(name) for name in ASSET_RESOURCES},
        # What others are compared with comes before them.
        op_tags={"dagster/priority": "1"} if report.name == TRIAL_BALANCE else {},
        specs=[spec],
        check_specs=[readable_spec(spec.key)] if checked else [],
        partitions_def=report_partitions(start, naming.organisations),
        backfill_policy=dg.BackfillPolicy.multi_run(PARTITIONS_PER_RUN),
        # A report that is put aside is not materialised, though its check is evaluated.
        can_subset=True,
    )
    @executed(execute)
    def pull(
        context: dg.AssetExecutionContext,
    ) -> Iterator[Result]:
        xero, xero_warehouse, xero_progress = resources_of(context, naming)
        wanted, warehouse = months_by_organisation(context.partition_keys), xero_warehouse.warehouse
        left_out, newest, step = list[str](), dict[str, date](), SharedStep(len(wanted))
        reads = ReportReads(warehouse, report, wanted)

        @cache
        def today() -> Mapping[str, date]:
            return days_of(warehouse, list(wanted), clock.now())

        def one(tenant_id: str, record: RecordMaterialisation) -> None:
            months, future = begun(wanted[tenant_id], today()[tenant_id])
            for month in future:
                left_out.append(report_key(month, tenant_id))
                context.log.info(f"{month:%B %Y} has not begun yet where organisation {tenant_id} is: nothing to ask.")
            if not months:
                return
            tally = CallStats()
            xero_progress.begin(tenant_id, report.name)
            with xero_client_for(context, xero, tenant_id, tally, xero_progress, step) as client:
                for kept in sync_report(
                    client,
                    warehouse,
                    tenant_id,
                    report,
                    months,
                    tally=tally,
                    progress=xero_progress.step,
                    landing=xero_warehouse.landing,
                    reads=reads,
                    account_data=account_data,
                ):
                    xero_progress.end(kept.outcome)
                    newest[tenant_id] = max(kept.rows)
                    shown = chart_metadata(context, warehouse, tenant_id, report.name, newest[tenant_id])
                    for month, rows in kept.rows.items():
                        facts = (
                            {**report_facts(kept, report.table), **shown}
                            if month == newest[tenant_id]
                            else no_cost(told_with=f"{newest[tenant_id]:%B %Y}")
                        )
                        facts = {"dagster/partition_row_count": rows, **facts}
                        record(spec.key, report_key(month, tenant_id), facts)

        def describe(written: Collection[Written]) -> Mapping[Written, Content]:
            pulled = months_by_organisation(key for _, key in written)
            if not pulled:
                return {}
            with warehouse.transaction():  # opened once for all of them
                reads.flush()
                where = {one: report_key(month, one) for one, month in newest.items()}
                observe(context, warehouse, where, report.table, key=spec.key)
                every = {month for months in pulled.values() for month in months}
                versions = report_versions(warehouse, list(pulled), report.table, report.basis, every)
            found = {report_key(month, one): version for (one, month), version in versions.items()}
            left = xero.calls_left(list(pulled))
            return {
                (key, partition): Content(found[partition], {CALLS_LEFT: left[partition.rpartition("|")[2]]})
                for key, partition in written
            }

        work = run_for_each_organisation(
            context, wanted, one, xero_progress, xero.services, warehouse, describe, left_out=left_out
        )
        key = spec.key
        checking = with_check(context, work, xero_warehouse, xero.services, report.name, key) if checked else work
        yield from emit_selected(context, checking)

    return pull


def report_facts(kept: Kept, table: str) -> dict[str, Any]:
    """What months that were kept together brought and cost; told with the newest of them.

    Args:
        kept: The months.
    """
    merged = kept.outcome.tables[table]
    return {"months_together": len(kept.rows), **changes(merged), **cost(kept.outcome)}
