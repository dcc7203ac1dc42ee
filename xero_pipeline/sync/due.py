"""Which months of a report are missing or stale, from what the warehouse already knows: no call is needed."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xero_pipeline.warehouse.store import Warehouse


def dated_tables() -> Mapping[str, str]:
    """Tables whose rows change a month's figures, each with the column that says which month."""
    return {
        "invoices": "date",
        "credit_notes": "date",
        "bank_transactions": "date",
        "bank_transfers": "date",
        "overpayments": "date",
        "prepayments": "date",
        "payments": "date",
        "manual_journals": "date",
    }


def financial_year_start(today: date, end_month: int, end_day: int, *, years_back: int = 0) -> date:
    """First day of the month in which a financial year starts.

    A year that ends within a month (5 April in the United Kingdom) starts within it too.

    Args:
        today: A day of the current financial year.
        end_month: Xero's FinancialYearEndMonth, 1 to 12.
        end_day: Xero's FinancialYearEndDay; 29, 30 or 31 mean the month's last day where it is shorter.
        years_back: 0 for the current financial year.
    """
    last_of_month = calendar.monthrange(2023, end_month)[1]
    month = end_month % 12 + 1 if end_day >= last_of_month else end_month
    year = today.year if (today.month, today.day) >= (month, 1) else today.year - 1
    return date(year - years_back, month, 1)


def months_between(first: date, last: date) -> list[date]:
    """First days of all months from that of `first` to that of `last`, both included."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [date(first.year + (first.month - 1 + i) // 12, (first.month - 1 + i) % 12 + 1, 1) for i in range(count)]


def first_month(warehouse: Warehouse, tenant_id: str, today: date, start_date: date | None) -> date:
    """From which month on an organisation's reports are kept.

    Args:
        warehouse: Knows the organisation's financial year, once it was synced.
        tenant_id: The organisation.
        today: Today, in UTC.
        start_date: What the user set, which wins.
    """
    if start_date:
        return start_date.replace(day=1)
    found = warehouse.query(
        "select financial_year_end_month, financial_year_end_day from xero.organisations where tenant_id = :tenant_id",
        {"tenant_id": tenant_id},
    ).to_pylist()
    month, day = found[0].values() if found else (None, None)
    return financial_year_start(today, month or 12, day or 31, years_back=2)


def months_due(
    warehouse: Warehouse, tenant_id: str, report: str, *, today: date, start_date: date | None
) -> Sequence[date]:
    """The months of a report to pull now, oldest first.

    Due is a month that was never pulled, one with a document that we learnt of after the pull, and the current
    month once a day (Xero posts depreciation and revaluations that no document shows).

    Args:
        warehouse: Where pulls and documents are.
        tenant_id: The organisation.
        report: The report's table.
        today: Today, in UTC.
        start_date: First month wanted; None for the default of `first_month`.
    """
    wanted = months_between(first_month(warehouse, tenant_id, today, start_date), today)
    pulled = _pulled(warehouse, tenant_id, report)
    changed = _changed(warehouse, tenant_id)
    due = []
    for month in wanted:
        at = pulled.get(month)
        is_current = month == today.replace(day=1)
        if at is None or changed.get(month, at) > at or (is_current and at.date() < today):
            due.append(month)
    return due


def _pulled(warehouse: Warehouse, tenant_id: str, report: str) -> dict[date, datetime]:
    rows = warehouse.query(
        "select period_start, max(checked_at) as at from xero.report_pulls "
        "where tenant_id = :tenant_id and report = :report group by period_start",
        {"tenant_id": tenant_id, "report": report},
    ).to_pylist()
    return {row["period_start"]: row["at"].astimezone(UTC) for row in rows}


def _changed(warehouse: Warehouse, tenant_id: str) -> dict[date, datetime]:
    """When we last learnt of a change to a document of each month."""
    union = " union all ".join(
        f'select "{column}" as day, synced_at from xero.{table} where tenant_id = :tenant_id'
        for table, column in dated_tables().items()
    )
    rows = warehouse.query(
        f"select cast(date_trunc('month', day) as date) as month, max(synced_at) as at from ({union}) as documents "
        "where day is not null group by 1",
        {"tenant_id": tenant_id},
    ).to_pylist()
    return {row["month"]: row["at"].astimezone(UTC) for row in rows}
