"""Where Xero's trial balance says something else than the documents, account by account and month by month.

    tie_periods   the months whose trial balance we have and which is not out of date, each with the one before
    tie_accounts  every account: its class, and the account it stands for where Xero puts currency gains together
    tie_moves     what the documents moved, by account and day
    tie_gaps      for every account and period: Xero's balance, that of the documents, the part of the difference that
                  arose in the period

A balance is read as the trial balance shows it: of assets, liabilities and equity since ever, of income and expenses
since the financial year began. What earlier years earned is on retained earnings, without any posting, as in Xero.
The first period is the evening before the first month: its balances are what the month's movement leaves of the
balances at its end, and what documents do not show of them are conversion balances.
"""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import TYPE_CHECKING

from xero_pipeline.ledger.keep import make
from xero_pipeline.ledger.sources import literal
from xero_pipeline.ledger.tables import named
from xero_pipeline.ledger.years import year_start

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

GROUPED = "FXGROUPID"
"""In the place of an account where Xero's report shows all currency gains as one line."""
_GAINS = ("UNREALISEDCURRENCYGAIN", "REALISEDCURRENCYGAIN", "BANKCURRENCYGAIN")
UNEXPLAINED = "UNEXPLAINED"
RESULTS = "('REVENUE', 'EXPENSE')"


def find_gaps(connection: Connection, tenant_id: str, stale: Collection[date]) -> None:
    """Make the temporary tables above.

    Args:
        connection: In the transaction that posted the documents.
        tenant_id: The organisation.
        stale: First days of months whose trial balance is older than the documents: they say nothing now.
    """
    tenant = literal(tenant_id)
    make(connection, "tie_periods", _periods(connection, tenant_id, stale))
    make(connection, "tie_accounts", _accounts(tenant))
    make(connection, "tie_moves", _moves(tenant))
    make(connection, "tie_gaps", _gaps(tenant))


def _periods(connection: Connection, tenant_id: str, stale: Collection[date]) -> str:
    tenant = literal(tenant_id)
    pulled = connection.exec_driver_sql(
        "SELECT DISTINCT period_start, period_end FROM xero.report_pulls WHERE report = 'trial_balance' "
        f"AND basis = 'accrual' AND tenant_id = {tenant} ORDER BY period_end"
    ).fetchall()
    ends = connection.exec_driver_sql(
        "SELECT financial_year_end_day, financial_year_end_month FROM xero.organisations "
        f"WHERE tenant_id = {tenant} AND financial_year_end_month IS NOT NULL"
    ).one_or_none()
    known = [(start, end) for start, end in pulled if start not in stale] if ends else []
    if not known:
        return (
            f"SELECT {_row(0, date.min, date.min, date.min, date.min, new_year=False, tenant_id=tenant_id)} WHERE FALSE"
        )
    first = known[0][0]
    rows = [(first - timedelta(days=1), first - timedelta(days=1)), *known]
    told: list[str] = []
    begun = before = None
    for number, (start, end) in enumerate(rows):
        year = year_start(known[0][1] if number == 0 else end, *ends)
        last = before or end
        told.append(_row(number, start, end, last, year, new_year=begun not in (None, year), tenant_id=tenant_id))
        begun, before = year, end
    return " UNION ALL ".join(f"SELECT {row}" for row in told)


def _row(number: int, start: date, end: date, before: date, year: date, *, new_year: bool, tenant_id: str) -> str:
    journal = uuid.uuid5(uuid.NAMESPACE_URL, f"{UNEXPLAINED}/{tenant_id}/{end}")
    days = {"period_start": start.replace(day=1), "period_end": end, "previous_end": before, "year_start": year}
    told = ", ".join(f"DATE '{day.isoformat()}' AS {name}" for name, day in days.items())
    return f"{number} AS number, {told}, {str(new_year).upper()} AS new_year, '{journal}' AS journal_id"


def _accounts(tenant: str) -> str:
    """The chart, and what only reports know of: an account that was deleted for good keeps its balances in them."""
    gains = ", ".join(literal(name) for name in _GAINS)
    grouped = f"(SELECT COUNT(*) FROM xero.trial_balance WHERE tenant_id = {tenant} AND account_id = '{GROUPED}') > 0"
    together = f"(SELECT MIN(account_id) FROM xero.accounts WHERE tenant_id = {tenant} AND system_account IN ({gains}))"
    return (
        "SELECT account_id, class, code, name, system_account, CASE WHEN system_account "
        f"IN ({gains}) AND {grouped} THEN {together} ELSE account_id END AS stands_for "
        f"FROM xero.accounts WHERE tenant_id = {tenant} UNION ALL "
        "SELECT t.account_id, MAX(CASE t.section WHEN 'Revenue' THEN 'REVENUE' WHEN 'Expenses' THEN 'EXPENSE' "
        "WHEN 'Assets' THEN 'ASSET' WHEN 'Liabilities' THEN 'LIABILITY' ELSE 'EQUITY' END), NULL, "
        f"MAX(t.account_name), NULL, CASE t.account_id WHEN '{GROUPED}' THEN {together} ELSE t.account_id END "
        f"FROM xero.trial_balance AS t WHERE t.tenant_id = {tenant} AND t.line_type = 'account' "
        f"AND t.account_id NOT IN (SELECT account_id FROM xero.accounts WHERE tenant_id = {tenant}) GROUP BY t.account_id"
    )


def _moves(tenant: str) -> str:
    return (
        "SELECT a.stands_for AS account_id, l.journal_date, SUM(l.net_amount) AS net "
        f"FROM {named('journal_lines')} AS l JOIN tie_accounts AS a ON a.account_id = l.account_id "
        f"WHERE l.tenant_id = {tenant} AND l.source_type <> '{UNEXPLAINED}' GROUP BY 1, 2"
    )


def _gaps(tenant: str) -> str:
    theirs = "t.ytd_debit - t.ytd_credit"
    told = (
        f"SELECT p.number, a.stands_for AS account_id, SUM({theirs}) AS balance "
        "FROM xero.trial_balance AS t JOIN tie_periods AS p ON p.period_end = t.period_end AND p.number > 0 "
        f"JOIN tie_accounts AS a ON a.account_id = t.account_id WHERE t.tenant_id = {tenant} AND t.basis = 'accrual' "
        "AND t.line_type = 'account' GROUP BY 1, 2 UNION ALL "
        f"SELECT 0, a.stands_for, SUM({theirs} - t.debit + t.credit) FROM xero.trial_balance AS t "
        "JOIN tie_periods AS p ON p.period_end = t.period_end AND p.number = 1 "
        f"JOIN tie_accounts AS a ON a.account_id = t.account_id WHERE t.tenant_id = {tenant} AND t.basis = 'accrual' "
        "AND t.line_type = 'account' GROUP BY 2"
    )
    results = (
        f"SELECT m.* FROM tie_moves AS m JOIN tie_accounts AS a ON a.account_id = m.account_id AND a.class IN {RESULTS}"
    )
    ours = (
        "SELECT p.number, m.account_id, SUM(m.net) AS balance FROM tie_periods AS p "
        "JOIN tie_moves AS m ON m.journal_date <= p.period_end JOIN tie_accounts AS a ON a.account_id = m.account_id "
        f"WHERE a.class NOT IN {RESULTS} OR m.journal_date >= p.year_start GROUP BY 1, 2 UNION ALL "
        f"SELECT p.number, r.account_id, SUM(m.net) FROM tie_periods AS p JOIN ({results}) AS m "
        "ON m.journal_date < p.year_start JOIN tie_accounts AS r ON r.system_account = 'RETAINEDEARNINGS' GROUP BY 1, 2"
    )
    every = (
        "SELECT p.number, p.new_year, a.account_id, a.class, a.system_account FROM tie_periods AS p "
        "CROSS JOIN (SELECT account_id, class, system_account FROM tie_accounts WHERE account_id = stands_for) AS a"
    )
    gaps = (
        "SELECT e.*, COALESCE(x.balance, 0) AS xero_balance, COALESCE(o.balance, 0) AS our_balance, "
        "COALESCE(x.balance, 0) - COALESCE(o.balance, 0) AS gap "
        f"FROM ({every}) AS e LEFT JOIN ({told}) AS x ON x.number = e.number AND x.account_id = e.account_id "
        f"LEFT JOIN (SELECT number, account_id, SUM(balance) AS balance FROM ({ours}) AS s GROUP BY 1, 2) AS o "
        "ON o.number = e.number AND o.account_id = e.account_id"
    )
    before = "COALESCE(LAG(gap) OVER (PARTITION BY account_id ORDER BY number), 0)"
    # At a new year the gaps on income and expenses of the old one turn up on retained earnings.
    closed = "COALESCE(LAG(results_gap) OVER (PARTITION BY account_id ORDER BY number), 0)"
    return (
        "SELECT number, account_id, class, xero_balance, our_balance, CAST(CASE "
        f"WHEN class IN {RESULTS} THEN gap - CASE WHEN new_year THEN 0 ELSE {before} END "
        f"WHEN system_account = 'RETAINEDEARNINGS' THEN gap - {before} - CASE WHEN new_year THEN {closed} ELSE 0 END "
        f"ELSE gap - {before} END AS NUMERIC(19, 4)) AS arisen FROM (SELECT g.*, "
        f"SUM(CASE WHEN class IN {RESULTS} THEN gap ELSE 0 END) OVER (PARTITION BY number) AS results_gap "
        f"FROM ({gaps}) AS g) AS w"
    )
