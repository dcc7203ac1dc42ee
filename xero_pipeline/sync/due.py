"""Which months of a report are missing or stale, from what the warehouse already knows: no call is needed."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping, Sequence
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
    return _first_months(warehouse, [tenant_id], today, start_date)[tenant_id]


def months_due(
    warehouse: Warehouse, tenant_id: str, report: str, *, today: date, start_date: date | None
) -> Sequence[date]:
    """The months of a report to pull now, oldest first; see `all_months_due`.

    Args:
        warehouse: Where pulls and documents are.
        tenant_id: The organisation.
        report: The report's table.
        today: Today, in UTC.
        start_date: First month wanted; None for the default of `first_month`.
    """
    return all_months_due(warehouse, [tenant_id], [report], today=today, start_date=start_date)[tenant_id]


def all_months_due(
    warehouse: Warehouse,
    tenants: Sequence[str],
    reports: Iterable[str],
    *,
    today: date,
    start_date: date | None,
) -> dict[str, list[date]]:
    """The months in which any of the reports is to be pulled now. A few queries, however many organisations there are.

    Due is a month that was never pulled, one with a document that we learnt of after the pull, and the current
    month once a day (Xero posts depreciation and revaluations that no document shows).

    Args:
        warehouse: Where pulls and documents are.
        tenants: The organisations.
        reports: Tables of the reports.
        today: Today, in UTC.
        start_date: First month wanted; None for the default of `first_month`.

    Returns:
        For every organisation the first days of its months, oldest first; none where nothing is due.
    """
    if not tenants:
        return {}
    first = _first_months(warehouse, tenants, today, start_date)
    current, due = today.replace(day=1), {tenant_id: set[date]() for tenant_id in tenants}
    for report in reports:
        pulled = _pulled(warehouse, tenants, report)
        for tenant_id, months in due.items():
            at = pulled.get(tenant_id, {})
            months |= {month for month in months_between(first[tenant_id], today) if month not in at}
            months |= {month for month, (_, stale) in at.items() if stale and first[tenant_id] <= month <= current}
            if current in at and at[current][0].date() < today:
                months.add(current)
    return {tenant_id: sorted(months) for tenant_id, months in due.items()}


def first_load_complete(warehouse: Warehouse, tenants: Sequence[str]) -> set[str]:
    """Which organisations' documents were read whole once: before that, any month would be stale again at once.

    Args:
        warehouse: Has the cursors.
        tenants: The organisations.
    """
    rows = warehouse.query(
        "select tenant_id from xero.cursors where endpoint in ('invoices', 'payments', 'bank_transactions') "
        f"and {_chosen(tenants)} group by tenant_id having count(*) = 3",
        _param(tenants),
    ).to_pylist()
    return {row["tenant_id"] for row in rows} & set(tenants)


def _first_months(
    warehouse: Warehouse, tenants: Sequence[str], today: date, start_date: date | None
) -> dict[str, date]:
    if start_date:
        return dict.fromkeys(tenants, start_date.replace(day=1))
    rows = warehouse.query(
        "select tenant_id, financial_year_end_month as m, financial_year_end_day as d from xero.organisations "
        f"where {_chosen(tenants)}",
        _param(tenants),
    ).to_pylist()
    ends = {row["tenant_id"]: (row["m"] or 12, row["d"] or 31) for row in rows}
    return {
        tenant_id: financial_year_start(today, *ends.get(tenant_id, (12, 31)), years_back=2) for tenant_id in tenants
    }


def _pulled(warehouse: Warehouse, tenants: Sequence[str], report: str) -> dict[str, dict[date, tuple[datetime, bool]]]:
    """When each month was pulled last, and whether we learnt of a change to one of its documents since."""
    chosen = _chosen(tenants)
    # All versions, for a document that was moved to another month changes the figures of the one it left, too.
    documents = " union all ".join(
        f"select tenant_id, cast(date_trunc('month', \"{column}\") as date) as month, "
        "max(coalesce(replaced_at, seen_at)) as changed_at "
        f'from xero.{table}_history where {chosen} and "{column}" is not null group by 1, 2'
        for table, column in dated_tables().items()
    )
    rows = warehouse.query(
        f"with pulls as (select tenant_id, period_start as month, max(checked_at) as pulled_at from xero.report_pulls "
        f"where report = :report and {chosen} group by 1, 2), "
        f"changes as (select tenant_id, month, max(changed_at) as changed_at from ({documents}) as documents "
        "group by 1, 2) "
        "select p.tenant_id, p.month, p.pulled_at, coalesce(c.changed_at > p.pulled_at, false) as stale "
        "from pulls as p left join changes as c on c.tenant_id = p.tenant_id and c.month = p.month",
        {"report": report, **_param(tenants)},
    )
    found: dict[str, dict[date, tuple[datetime, bool]]] = {}
    for row in rows.to_pylist():
        found.setdefault(row["tenant_id"], {})[row["month"]] = (row["pulled_at"].astimezone(UTC), row["stale"])
    return found


def _chosen(tenants: Sequence[str]) -> str:
    """A condition for one organisation; for several, everything is read at once and sorted out here."""
    return "tenant_id = :tenant_id" if len(tenants) == 1 else "true"


def _param(tenants: Sequence[str]) -> dict[str, object]:
    return {"tenant_id": tenants[0]} if len(tenants) == 1 else {}
