"""Months of a report into the warehouse: their rows, the answer they came with, and what in it nobody knew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from xero_pipeline.sync.report_reads import rows_digest
from xero_pipeline.warehouse.progress.issues import Issues

if TYPE_CHECKING:
    import pyarrow as pa

    from xero_pipeline.warehouse.load.merge import Merged
    from xero_pipeline.warehouse.progress.records import Drift
    from xero_pipeline.warehouse.store import ReportPull, Warehouse
    from xero_pipeline.xero.reports.catalogue import Report
    from xero_pipeline.xero.reports.report_months import ReportMonth


def keep_months(
    warehouse: Warehouse, tenant_id: str, report: Report, months: Sequence[ReportMonth], at: datetime
) -> Merged:
    """Make the rows of some months of a report what was answered, in one transaction.

    Args:
        months: What was read out of the answers.
        at: The instant the rows are marked with.

    Raises:
        WarehouseBusy: Another process held the file all the time.
    """
    odd = _drift(report, months)
    pulls = [_pull_record(month, tenant_id, at, odd=bool(odd)) for month in months]
    with warehouse.transaction() as connection:
        merged = warehouse.replace_reports(report.table, table_of_months(report, months, tenant_id, at), pulls)
        if odd:
            warehouse.rows_changed()
            Issues(connection, tenant_id, report.table).note_drift(odd, at=at)
    return merged


def _drift(report: Report, months: Sequence[ReportMonth]) -> Sequence[Drift]:
    """What nobody knew of in the answers; one that brought several months is looked at once."""
    from xero_pipeline.warehouse.parse.schema_drift import merge_drift
    from xero_pipeline.warehouse.parse.schema_drift_reports import drift_in_report

    answers = {month.raw: f"{month.period_start:%Y-%m}" for month in months}
    return merge_drift(
        drift for raw, month in answers.items() for drift in drift_in_report(report.table, raw, month=month)
    )


def table_of_months(report: Report, months: Sequence[ReportMonth], tenant_id: str, synced_at: datetime) -> pa.Table:
    """The rows of some months as the warehouse table wants them."""
    import pyarrow as pa

    from xero_pipeline.warehouse.schema.arrow_types import table_schema
    from xero_pipeline.warehouse.schema.catalogue import table

    schema = table_schema(report.table, table(report.table).collection)
    records: list[dict[str, Any]] = []
    for month in months:
        told: dict[str, object] = {
            "tenant_id": tenant_id,
            "period_start": month.period_start,
            "period_end": month.period_end,
            "basis": report.basis,
            "synced_at": synced_at,
        }
        own = [name for name in schema.names if name not in told]
        common = {name: value for name, value in told.items() if name in schema.names}
        records += [common | {name: getattr(row, name) for name in own} for row in month.rows]
    return pa.Table.from_pylist(records, schema=schema)


def _pull_record(month: ReportMonth, tenant_id: str, fetched_at: datetime, *, odd: bool) -> ReportPull:
    from xero_pipeline.warehouse.store import ReportPull

    return ReportPull(
        tenant_id=tenant_id,
        report=month.report.table,
        basis=month.report.basis,
        period_start=month.period_start,
        period_end=month.period_end,
        fetched_at=fetched_at,
        raw=month.raw.decode(),
        digest=None if odd else rows_digest(month),
    )
