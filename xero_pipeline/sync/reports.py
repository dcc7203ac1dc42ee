"""The monthly reports of one organisation: asked for in as few calls as stay month-true, kept per month."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from xero_pipeline.errors import XeroPipelineError
from xero_pipeline.sync.outcome import Outcome, Tally

if TYPE_CHECKING:
    import pyarrow as pa

    from xero_pipeline.warehouse.store import Warehouse
    from xero_pipeline.xero.client import XeroClient
    from xero_pipeline.xero.reports import ReportMonth

ACCRUAL = "accrual"

MONTHS_TOGETHER = 12
"""A year a transaction: what one call of the profit and loss brings."""


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


@dataclass(frozen=True, slots=True)
class Kept:
    """Months of a report that were kept together.

    Args:
        rows: How many lines the report of each month has, by its first day.
        outcome: What they brought and cost.
    """

    rows: Mapping[date, int]
    outcome: Outcome


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
) -> Iterator[Kept]:
    """Pull a report for some months and keep what differs from what we had.

    Args:
        client: Asks Xero.
        warehouse: Takes the rows, up to a year in one transaction.
        tenant_id: The organisation.
        report: Which report.
        months: First days of the months wanted.
        tally: Where `client` counts its calls.
        progress: Told after each month.
        now: The clock for `fetched_at`.

    Yields:
        What was kept, as soon as it is; calls and bytes are those since the yield before.

    Raises:
        XeroPipelineError: Whatever stopped it; months kept until then stay.
    """
    waiting: list[ReportMonth] = []
    keep = _Keeper(warehouse, tenant_id, report, tally, now)
    try:
        for done, month in enumerate(_pull(client, tenant_id, report, months), start=1):
            waiting.append(month)
            if progress:
                progress(done, len(months))
            if len(waiting) == MONTHS_TOGETHER:
                yield keep(waiting)
                waiting = []
    except XeroPipelineError:
        # What did arrive was paid for with calls: it stays, whatever stopped the rest.
        if waiting:
            yield keep(waiting)
        raise
    if waiting:
        yield keep(waiting)


class _Keeper:
    """Puts months into the warehouse and counts what they cost since the last time."""

    def __init__(
        self, warehouse: Warehouse, tenant_id: str, report: MonthlyReport, tally: Tally, now: Callable[[], datetime]
    ) -> None:
        self._warehouse = warehouse
        self._tenant_id = tenant_id
        self._report = report
        self._tally = tally
        self._now = now
        self._calls, self._wire_bytes, self._since = tally.calls, tally.wire_bytes, time.monotonic()

    def __call__(self, months: Sequence[ReportMonth]) -> Kept:
        """Keep these months in one transaction."""
        at, tally = self._now(), self._tally
        rows = _rows(self._report, months, self._tenant_id, at)
        pulls = [_pull_record(month, self._tenant_id, at) for month in months]
        merged = self._warehouse.replace_reports(self._report.table, rows, pulls)
        outcome = Outcome(
            tables={self._report.table: merged},
            records=rows.num_rows,
            calls=tally.calls - self._calls,
            wire_bytes=tally.wire_bytes - self._wire_bytes,
            seconds=time.monotonic() - self._since,
            day_remaining=tally.day_remaining,
        )
        self._calls, self._wire_bytes, self._since = tally.calls, tally.wire_bytes, time.monotonic()
        return Kept({month.period_start: len(month.rows) for month in months}, outcome)


def _pull(client: XeroClient, tenant_id: str, report: MonthlyReport, months: Sequence[date]) -> Iterator[ReportMonth]:
    from xero_pipeline.xero import reports

    pull = {"profit_and_loss": reports.profit_and_loss, "bank_summary": reports.bank_summary}[report.table]
    return iter(pull(client, tenant_id, months))


def _rows(report: MonthlyReport, months: Sequence[ReportMonth], tenant_id: str, synced_at: datetime) -> pa.Table:
    """The rows of some months as the warehouse table wants them."""
    import pyarrow as pa

    from xero_pipeline.warehouse.tables import table
    from xero_pipeline.warehouse.wire import table_schema

    schema = table_schema(report.table, table(report.table).collection)
    records: list[dict[str, Any]] = [
        {
            "tenant_id": tenant_id,
            "period_start": month.period_start,
            "period_end": month.period_end,
            "basis": ACCRUAL,
            "synced_at": synced_at,
            **{column: getattr(row, column) for column in report.columns},
        }
        for month in months
        for row in month.rows
    ]
    return pa.Table.from_pylist([{name: record[name] for name in schema.names} for record in records], schema=schema)


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
