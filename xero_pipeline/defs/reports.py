"""The monthly reports as assets, cut by month and organisation."""

# No `from __future__ import annotations` here: Dagster reads the annotations of asset functions as they are.

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import dagster as dg

from xero_pipeline.defs.oddities import observe
from xero_pipeline.defs.partitions import months_by_organisation, report_key, report_partitions
from xero_pipeline.defs.pulls import PARTITIONS_PER_RUN
from xero_pipeline.defs.resources import WarehouseResource, XeroResource
from xero_pipeline.defs.specs import asset_key, changes, cost, no_cost, spec
from xero_pipeline.defs.work import Record, calling, for_each_organisation
from xero_pipeline.sync.outcome import Tally
from xero_pipeline.sync.progress import Progress
from xero_pipeline.sync.reports import Kept, sync_report
from xero_pipeline.sync.staleness import made_of
from xero_pipeline.warehouse.tables import table
from xero_pipeline.xero.reports import Report, reports


def report_assets(start: date, storage_kind: str) -> Sequence[dg.AssetsDefinition]:
    """The assets of all monthly reports.

    Args:
        start: First month there is a partition for.
        storage_kind: Which database holds the tables.
    """
    return [_asset_of(report, start, storage_kind) for report in reports()]


def _asset_of(report: Report, start: date, storage_kind: str) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name=f"pull_{report.name}",
        specs=[
            spec(
                table(report.table),
                name=report.name,
                description=report.description,
                storage_kind=storage_kind,
                made_of=made_of(report),
            )
        ],
        partitions_def=report_partitions(start),
        backfill_policy=dg.BackfillPolicy.multi_run(PARTITIONS_PER_RUN),
    )
    def pull(
        context: dg.AssetExecutionContext,
        xero: XeroResource,
        warehouse: WarehouseResource,
        progress: dg.ResourceParam[Progress],
    ) -> Iterator[dg.MaterializeResult]:
        wanted = months_by_organisation(context.partition_keys)

        def one(tenant_id: str, record: Record) -> None:
            tally = Tally()
            progress.begin(tenant_id, report.name)
            with calling(context, xero, warehouse, tenant_id, tally, progress) as client:
                for kept in sync_report(
                    client,
                    warehouse.warehouse,
                    tenant_id,
                    report,
                    wanted[tenant_id],
                    tally=tally,
                    progress=progress.step,
                    landing=warehouse.landing,
                ):
                    progress.end(kept.outcome)
                    newest = max(kept.rows)
                    for month, rows in kept.rows.items():
                        told = (
                            report_facts(kept, report.table)
                            if month == newest
                            else no_cost(kept.outcome, told_with=f"{newest:%B %Y}")
                        )
                        facts = {"dagster/partition_row_count": rows, **told}
                        record(asset_key(report.name), report_key(month, tenant_id), facts)
                    key = report_key(newest, tenant_id)
                    observe(context, warehouse.warehouse, tenant_id, report.table, asset=report.name, partition=key)

        yield from for_each_organisation(context, wanted, one, progress, xero.parts)

    return pull


def report_facts(kept: Kept, table: str) -> dict[str, Any]:
    """What months that were kept together brought and cost; told with the newest of them.

    Args:
        kept: The months.
        table: The report's table.
    """
    merged = kept.outcome.tables[table]
    return {"months_together": len(kept.rows), **changes(merged), **cost(kept.outcome)}
