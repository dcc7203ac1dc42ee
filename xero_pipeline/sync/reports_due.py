"""Which months of a report are missing or stale, from what the warehouse already knows: no call is needed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from xero_pipeline.calendar import add_months, month_start, months_between, year_start
from xero_pipeline.sync.reports_stale import pulled_months, stale_months, tenant_filter, tenant_params
from xero_pipeline.warehouse.days import days_of

if TYPE_CHECKING:
    from xero_pipeline.warehouse.store import Warehouse
    from xero_pipeline.xero.reports.catalogue import Report

_YEARS_BACK = 2
"""Before the current financial year, so many are kept; a year that begins within a month takes all of that month."""

_YEARS_REACHED = 3
"""Before the current calendar year: they hold every financial year that began two years ago, whenever it begins."""

DOCUMENTS = ("invoices", "payments", "bank_transactions")
"""The collections whose documents change most figures."""


def begun(months: Iterable[date], today: date) -> tuple[list[date], list[date]]:
    """The months that have begun, and those of the future.

    Args:
        today: The organisation's day.
    """
    every = list(months)
    return [month for month in every if month <= today], [month for month in every if month > today]


def earliest_month(start_date: date | None, today: date) -> date:
    """The first month that can be pulled at all, of any organisation: from it on there are partitions.

    Args:
        start_date: What the user set, which wins.
        today: Today, in UTC.
    """
    return month_start(start_date) if start_date else date(today.year - _YEARS_REACHED, 1, 1)


def first_month(warehouse: Warehouse, tenant_id: str, today: date, start_date: date | None) -> date:
    """From which month on an organisation's reports are kept.

    Args:
        warehouse: Knows the organisation's financial year, once it was synced.
        today: The organisation's day.
        start_date: What the user set, which wins.
    """
    return _first_months(warehouse, {tenant_id: today}, start_date)[tenant_id]


def months_due(
    warehouse: Warehouse, tenant_id: str, report: str, *, at: datetime, start_date: date | None
) -> Sequence[date]:
    """The months of a report to pull now, oldest first; see `all_months_due`.

    Args:
        at: Now; each organisation's day is that of its time zone.
        start_date: First month wanted; None for the default of `first_month`.
    """
    from xero_pipeline.xero.reports.catalogue import report_named

    named = report_named(report)
    return all_months_due(warehouse, [tenant_id], [named], at=at, start_date=start_date)[tenant_id][named]


def all_months_due(
    warehouse: Warehouse,
    tenants: Sequence[str],
    reports: Iterable[Report],
    *,
    at: datetime,
    start_date: date | None,
) -> dict[str, dict[Report, list[date]]]:
    """The months of some reports to be pulled now. A few queries, however many organisations and reports there are.

    Due is a month that was never pulled, one whose figures changed since by what we learnt of a document (of the month,
    or of an earlier one where the report shows balances), and without any sign the current month and the one before as
    often as `Report.recheck` says, older ones once in a while (Xero posts pay runs, depreciation and revaluations that
    no document shows). A month before the first is due only if it was pulled once and its documents changed since: the
    ledger stands on the trial balances of all months.

    Args:
        at: Now; each organisation's day is that of its time zone.
        start_date: First month wanted; None for the default of `first_month`.

    Returns:
        For every organisation and report the first days of its months, oldest first; none where nothing is due.
    """
    wanted = list(reports)
    if not tenants or not wanted:
        return {tenant_id: {report: [] for report in wanted} for tenant_id in tenants}
    today = days_of(warehouse, tenants, at)
    first = _first_months(warehouse, today, start_date)
    pulled = pulled_months(warehouse, tenants, wanted)
    stale = stale_months(warehouse, tenants, wanted, at, again=first)
    earliest = earliest_month(start_date, at.date())
    spans = {tenant_id: (first[tenant_id], today[tenant_id]) for tenant_id in tenants}
    months = {span: months_between(*span) for span in set(spans.values())}
    due: dict[str, dict[Report, list[date]]] = {}
    nothing = frozenset[date]()
    for tenant_id in tenants:
        due[tenant_id] = {}
        for report in wanted:
            key = (tenant_id, report.table, report.basis)
            known, changed = pulled.get(key, nothing), stale.get(key, nothing)
            before = sorted(month for month in changed if earliest <= month < first[tenant_id])
            every = months[spans[tenant_id]]
            due[tenant_id][report] = [*before, *(one for one in every if one not in known or one in changed)]
    return due


def first_load_complete(
    warehouse: Warehouse,
    tenants: Sequence[str],
    awaited: Sequence[str] = DOCUMENTS,
    aside: Collection[tuple[str, str]] = (),
) -> set[str]:
    """Which organisations' documents were read whole once: before that, any month would be stale again at once.

    Args:
        awaited: Names of the collections that count; none for none to wait for.
        aside: Organisations, each with a collection that is put aside: nobody waits for that.
    """
    if not awaited:
        return set(tenants)
    names = ", ".join(f"'{name}'" for name in awaited)
    rows = warehouse.query(
        f"select tenant_id, endpoint from xero.cursors where endpoint in ({names}) and {tenant_filter(tenants)}",
        tenant_params(tenants),
    ).to_pylist()
    read = {(row["tenant_id"], row["endpoint"]) for row in rows}.union(aside)
    return {tenant_id for tenant_id in tenants if all((tenant_id, name) in read for name in awaited)}


def _first_months(warehouse: Warehouse, today: Mapping[str, date], start_date: date | None) -> dict[str, date]:
    tenants = list(today)
    if start_date:
        return dict.fromkeys(tenants, month_start(start_date))
    rows = warehouse.query(
        "select tenant_id, financial_year_end_month as m, financial_year_end_day as d from xero.organisations "
        f"where {tenant_filter(tenants)}",
        tenant_params(tenants),
    ).to_pylist()
    ends = {row["tenant_id"]: (row["d"] or 31, row["m"] or 12) for row in rows}
    return {
        tenant_id: add_months(month_start(year_start(day, *ends.get(tenant_id, (31, 12)))), -12 * _YEARS_BACK)
        for tenant_id, day in today.items()
    }
