"""The monthly reports of one organisation: asked for in as few calls as stay month-true, kept per month."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from xero_pipeline.sync.outcome import Outcome, TableOutcome, Tally

if TYPE_CHECKING:
    import pyarrow as pa

    from xero_pipeline.warehouse.store import Warehouse
    from xero_pipeline.xero.client import XeroClient
    from xero_pipeline.xero.reports import ReportMonth

ACCRUAL = "accrual"


@dataclass(frozen=True, slots=True)
class MonthlyReport:
    """A report that is kept month by month.

    Args:
        table: The warehouse table, and the name people choose it by.
        columns: The row's own columns in the warehouse, in order.
        months_per_call: How many months one call can bring.
        description: What a row is.
    """

    table: str
    columns: tuple[str, ...]
    months_per_call: int
    description: str


def monthly_reports() -> tuple[MonthlyReport, ...]:
    """The reports that are kept month by month."""
    balances = ("opening_balance", "cash_received", "cash_spent", "closing_balance")
    return (
        MonthlyReport(
            "profit_and_loss",
            ("position", "section", "line_type", "account_id", "account_name", "amount"),
            12,
            "Xero's profit and loss: a row per organisation, month and account, totals marked, on accrual basis, "
            "with the sign Xero shows.",
        ),
        MonthlyReport(
            "bank_summary",
            ("position", "account_id", "account_name", *balances),
            1,
            "Xero's bank summary: a row per organisation, month and bank account, with opening and closing balance.",
        ),
    )


def sync_report(
    client: XeroClient,
    warehouse: Warehouse,
    tenant_id: str,
    report: MonthlyReport,
    months: Sequence[date],
    *,
    tally: Tally,
    progress: Callable[[int, int | None], None] | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Iterator[tuple[date, Outcome]]:
    """Pull a report for some months and keep what differs from what we had.

    Args:
        client: Asks Xero.
        warehouse: Takes the rows, one month a transaction.
        tenant_id: The organisation.
        report: Which report.
        months: First days of the months wanted.
        tally: Where `client` counts its calls.
        progress: Told after each month.
        now: The clock for `fetched_at`.

    Yields:
        Each month's first day and what it brought, once it is kept; calls and bytes are those since the month before.

    Raises:
        XeroPipelineError: Whatever stopped it; months kept until then stay.
    """
    calls, wire_bytes, started = 0, 0, time.monotonic()
    for done, month in enumerate(_pull(client, tenant_id, report, months), start=1):
        merged = warehouse.replace_report(
            report.table, _rows(report, month, tenant_id, now()), _pull_record(month, tenant_id, now())
        )
        if progress:
            progress(done, len(months))
        yield (
            month.period_start,
            Outcome(
                tables={report.table: TableOutcome().plus(merged)},
                records=len(month.rows),
                calls=tally.calls - calls,
                wire_bytes=tally.wire_bytes - wire_bytes,
                seconds=time.monotonic() - started,
                day_remaining=tally.day_remaining,
            ),
        )
        calls, wire_bytes, started = tally.calls, tally.wire_bytes, time.monotonic()


def _pull(client: XeroClient, tenant_id: str, report: MonthlyReport, months: Sequence[date]) -> Iterator[ReportMonth]:
    from xero_pipeline.xero import reports

    pull = {"profit_and_loss": reports.profit_and_loss, "bank_summary": reports.bank_summary}[report.table]
    return iter(pull(client, tenant_id, months))


def _rows(report: MonthlyReport, month: ReportMonth, tenant_id: str, synced_at: datetime) -> pa.Table:
    """A month's rows as the warehouse table wants them."""
    import pyarrow as pa

    from xero_pipeline.warehouse.tables import arrow_schema

    same: dict[str, Any] = {
        "tenant_id": tenant_id,
        "period_start": month.period_start,
        "period_end": month.period_end,
        "basis": ACCRUAL,
        "synced_at": synced_at,
    }
    schema = arrow_schema(report.table)
    records = [{**same, **{column: getattr(row, column) for column in report.columns}} for row in month.rows]
    return pa.Table.from_pylist(records, schema=schema)


def _pull_record(month: ReportMonth, tenant_id: str, fetched_at: datetime) -> Any:
    from xero_pipeline.warehouse.store import ReportPull

    return ReportPull(
        tenant_id=tenant_id,
        report=month.report,
        basis=ACCRUAL,
        period_start=month.period_start,
        period_end=month.period_end,
        fetched_at=fetched_at,
        raw=month.raw.decode(),
    )
