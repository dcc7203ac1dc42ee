"""What the warehouse knows about the pulls of reports: which months it has, and which of them are stale."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from xero_pipeline.calendar import add_months, month_start
from xero_pipeline.warehouse.days import zones_of
from xero_pipeline.warehouse.time_zones import beginning_of, day_in
from xero_pipeline.xero.reports.call_windows import month_by_month

if TYPE_CHECKING:
    from xero_pipeline.warehouse.store import Warehouse
    from xero_pipeline.xero.reports.catalogue import Recheck, Report, Staleness


def recheck_among(report: Report, reports: Collection[Report]) -> Recheck:
    """When the newest months of a report are asked for again, by the reports that are pulled with it.

    Args:
        reports: What follows the trial balance is asked for daily where that is not among them.
    """
    followed = any(one.name == TRIAL_BALANCE for one in reports)
    return "daily" if report.recheck == "trial_balance" and not followed else report.recheck


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


def explained_tables() -> Mapping[str, str]:
    """Likewise, of what is read only where somebody chose it."""
    return {"pay_runs": "payment_date", "fixed_asset_postings": "date"}


_ALLOCATIONS = ("credit_note_allocations", "prepayment_allocations", "overpayment_allocations")
"""Of a foreign credit, the realised gain is in the month of the allocation, not in that of either document."""


def source_tables(report: Report) -> Sequence[str]:
    """The tables whose rows change a report's figures."""
    match report.staleness:
        case "budgets":
            return ("budgets",)
        case "payments":
            return [name for name in dated_tables() if name in _MONEY]
        case _:
            return [*dated_tables(), *(["tracking_categories"] if report.parse is None else [])]


_MONEY = frozenset({"bank_transactions", "bank_transfers", "overpayments", "prepayments", "payments"})
"""Those of them that move money on a bank account; Xero lets no manual journal do that."""


TRIAL_BALANCE = "trial_balance"
"""Shows every posting of a month, by account: what it does not show moved no figure of the statements."""

_TOGETHER, _ALONE = timedelta(days=7), timedelta(days=28)
"""When a closed month is asked for again: of a report that brings a year in one call, and of one that does not."""


Key = tuple[str, str, str]
"""An organisation, the table of a report, and its basis."""


def pulled_months(
    warehouse: Warehouse, tenants: Sequence[str], reports: Sequence[Report]
) -> dict[Key, frozenset[date]]:
    """Which months were ever pulled."""
    # As one row a report: there are as many pulls as months times organisations times reports.
    rows = warehouse.query(
        "select tenant_id, report, basis, string_agg(distinct cast(period_start as varchar), ',') as months "
        f"from xero.report_pulls where {tenant_filter(tenants)} and {_among(reports)} group by 1, 2, 3",
        tenant_params(tenants),
    ).to_pylist()
    day: dict[str, date] = {}
    for text in {text for row in rows for text in row["months"].split(",")}:
        day[text] = date.fromisoformat(text)
    return {
        (row["tenant_id"], row["report"], row["basis"]): frozenset(day[text] for text in row["months"].split(","))
        for row in rows
    }


def stale_months(
    warehouse: Warehouse,
    tenants: Sequence[str],
    reports: Sequence[Report],
    at: datetime,
    *,
    again: Mapping[str, date] | None = None,
) -> dict[Key, set[date]]:
    """Months whose figures changed since the last pull, and the current one if it is to be asked for again.

    Args:
        reports: What follows the trial balance is asked for daily where that is not among them.
        at: Now; each organisation's day, and its midnight, are those of its time zone.
        again: Also months that are to be looked at again without any sign, by organisation from which on. Xero posts
            pay runs, depreciation and revaluations that no document shows, most of them when the month is over; and an
            account's type or the end of the financial year moves figures of any month. So the last month is asked for
            like the current one, and older ones once in a while.
    """
    here, days = _here(warehouse, at, months_back=1 if again else 0)
    changed = f"p.pulled_at < {_changed_at(reports)}"
    rows = warehouse.query(
        f"with {month_changes(tenants)}, pulls as (select tenant_id, report, basis, period_start as month, "
        "max(checked_at) as pulled_at from xero.report_pulls "
        f"where {tenant_filter(tenants)} and {_among(reports)} group by 1, 2, 3, 4), {here} "
        f"select p.tenant_id, p.report, p.basis, p.month, {changed} as is_changed from pulls as p "
        "left join budgets as b on b.tenant_id = p.tenant_id "
        "left join accounts as a on a.tenant_id = p.tenant_id "
        "left join posted as t on t.tenant_id = p.tenant_id and t.month = p.month "
        "left join reached as u on u.tenant_id = p.tenant_id and u.month = p.month "
        "join here as h on h.tenant_id = p.tenant_id "
        f"where {changed} or (p.month >= h.latest and p.pulled_at < {_rechecked_at(reports)})"
        + (f" or p.pulled_at < {_looked_at(reports)}" if again else ""),
        {**days, **tenant_params(tenants)},
    )
    found: dict[Key, set[date]] = {}
    for row in rows.to_pylist():
        if row["is_changed"] or not again or row["month"] >= again.get(row["tenant_id"], date.max):
            found.setdefault((row["tenant_id"], row["report"], row["basis"]), set()).add(row["month"])
    return found


def month_changes(tenants: Sequence[str], *, before: bool = False) -> str:
    """SQL: tables of a query that say for each month when we learnt of the last change to it, and to all until then.

    Args:
        before: Only what was learnt before the parameter `moment`.
    """
    whose = tenant_filter(tenants)
    told = " and seen_at < :moment" if before else ""
    replaced = "case when replaced_at < :moment then replaced_at end" if before else "replaced_at"
    # All versions, for a document that was moved to another month changes the figures of the one it left, too.
    documents = " union all ".join(
        f"select tenant_id, cast(date_trunc('month', \"{column}\") as date) as month, "
        f"{'true' if table in _MONEY else 'false'} as money, max(coalesce({replaced}, seen_at)) as changed_at "
        f'from xero.{table}_history where {whose} and "{column}" is not null{told} group by 1, 2'
        for table, column in {**dated_tables(), **explained_tables(), **dict.fromkeys(_ALLOCATIONS, "date")}.items()
    )
    # A month without documents has those before it, too: every month that was pulled is among them.
    pulled = (
        "select distinct tenant_id, period_start, false, cast(null as timestamp with time zone) "
        f"from xero.report_pulls where {whose}"
    )
    until = "over (partition by tenant_id order by month)"
    return (
        "months as (select tenant_id, month, max(changed_at) as changed_at, "
        "max(case when money then changed_at end) as moved_at "
        f"from ({documents} union all {pulled}) as d group by 1, 2), "
        f"reached as (select tenant_id, month, changed_at, max(changed_at) {until} as any_until, "
        f"max(moved_at) {until} as money_until from months), "
        f"budgets as ({_changed('budgets', whose)}), accounts as ({_changed('accounts', whose)}), "
        "posted as (select tenant_id, period_start as month, max(fetched_at) as changed_at from xero.report_pulls "
        f"where report = '{TRIAL_BALANCE}' and basis = 'accrual' and {whose} group by 1, 2)"
    )


def _changed(name: str, whose: str) -> str:
    since = "max(coalesce(replaced_at, seen_at))"
    return f"select tenant_id, {since} as changed_at from xero.{name}_history where {whose} group by 1"


def _changed_at(reports: Sequence[Report]) -> str:
    """SQL: when we learnt of the last change to a month of the report in `p`."""
    since: Mapping[Staleness, str] = {
        "month": "u.changed_at",
        "cumulative": "u.any_until",
        "payments": "u.money_until",
        "budgets": "b.changed_at",
    }
    return _by_report(reports, lambda report: since[report.staleness])


def _rechecked_at(reports: Sequence[Report]) -> str:
    """SQL: before when a pull of the report in `p`, of one of the newest months, is too old to be believed."""
    posted = "greatest(h.last_week, coalesce(t.changed_at, h.midnight), coalesce(a.changed_at, h.last_week))"
    since: Mapping[Recheck, str] = {"daily": "h.midnight", "weekly": "h.last_week", "trial_balance": posted}
    return _by_report(reports, lambda report: since[recheck_among(report, reports)])


def _here(warehouse: Warehouse, at: datetime, *, months_back: int) -> tuple[str, dict[str, object]]:
    """A table of the query, and its parameters: what is today and midnight where each organisation is."""
    told: dict[str, object] = {}
    names = ["", *sorted({name for name in zones_of(warehouse).values() if name})]
    for number, name in enumerate(names):
        today = day_in(name, at)
        midnight = beginning_of(today, name)
        told |= {
            f"zone_{number}": name,
            f"latest_{number}": add_months(month_start(today), -months_back),
            f"midnight_{number}": midnight,
            f"last_week_{number}": midnight - _TOGETHER,
            f"last_month_{number}": midnight - _ALONE,
        }
    kinds = {"latest": "date", **dict.fromkeys(("midnight", "last_week", "last_month"), "timestamp with time zone")}
    columns = ", ".join(
        f"case {' '.join(f'when z.name = :zone_{n} then cast(:{what}_{n} as {kind})' for n in range(len(names)))} end "
        f"as {what}"
        for what, kind in kinds.items()
    )
    # Whoever was never read, or says nothing of a zone, has UTC.
    zones = (
        "select w.tenant_id, coalesce(o.timezone, '') as name from (select distinct tenant_id from pulls) as w "
        "left join xero.organisations as o on o.tenant_id = w.tenant_id and not o.is_deleted"
    )
    return f"here as (select z.tenant_id, {columns} from ({zones}) as z)", told


def _looked_at(reports: Sequence[Report]) -> str:
    """SQL: before when a pull of the report in `p` is too old to be believed, whatever the documents say."""
    return _by_report(
        reports,
        lambda report: "h.last_month" if report.period_request.windows is month_by_month else "h.last_week",
    )


def _by_report(reports: Sequence[Report], then: Callable[[Report], str]) -> str:
    """SQL: what holds for the report in `p`."""
    cases = " ".join(
        f"when p.report = '{report.table}' and p.basis = '{report.basis}' then {then(report)}" for report in reports
    )
    return f"case {cases} end"


def _among(reports: Sequence[Report]) -> str:
    """A condition for the pulls of some reports; the names are of our own table of reports."""
    return f"report in ({', '.join(sorted({repr(report.table) for report in reports}))})"


def tenant_filter(tenants: Sequence[str]) -> str:
    """A condition for one organisation; for several, everything is read at once and sorted out in Python."""
    return "tenant_id = :tenant_id" if len(tenants) == 1 else "true"


def tenant_params(tenants: Sequence[str]) -> dict[str, object]:
    """The parameter of that condition."""
    return {"tenant_id": tenants[0]} if len(tenants) == 1 else {}
