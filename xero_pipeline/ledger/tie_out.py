"""Ours against Xero's, account by account and month by month: what does not tie out is a row with a difference.

Our figure of a month stands on what Xero's trial balance said at the end of the month before, and adds what the
documents of the month come to: so a difference shows in the month in which it arose, and only there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xero_pipeline.ledger.causes import UNKNOWN
from xero_pipeline.ledger.gaps import GROUPED, RESULTS, UNEXPLAINED
from xero_pipeline.ledger.sources import literal
from xero_pipeline.ledger.tables import named

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import date

    from sqlalchemy import Connection

EARNINGS = "00000000-0000-0000-0000-000000000000"
"""Stands on Xero's balance sheet for the current year's earnings."""
ALL = "-"
"""Stands for all accounts together."""

Stale = "Mapping[str, Collection[date]]"
"""First days of months by report: documents changed since Xero was asked for it."""

_COLUMNS = (
    "tenant_id, statement, period_start, period_end, account_id, measure, account_code, account_name, our_amount, "
    "xero_amount, difference, cause, is_stale"
)


def write_tie_out(connection: Connection, tenant_id: str, stale: Mapping[str, Collection[date]]) -> None:
    """Make an organisation's rows of `ledger.tie_out` and `ledger.coverage` what they are now.

    Args:
        connection: In the transaction in which `unexplained.post_unexplained` ran.
        tenant_id: The organisation.
        stale: First days of months by report: documents changed since Xero was asked for it.
    """
    tenant = literal(tenant_id)
    for table in ("tie_out", "coverage"):
        connection.exec_driver_sql(f"DELETE FROM {named(table)} WHERE tenant_id = {tenant}")
    for report, query in _comparisons(tenant):
        connection.exec_driver_sql(_insert(tenant, query, _days(stale.get(report, ()))))
    connection.exec_driver_sql(_coverage(tenant))


def _comparisons(tenant: str) -> Iterator[tuple[str, str]]:
    """Each statement with the report it is compared with."""
    yield "trial_balance", _trial_balance()
    yield "profit_and_loss", _profit_and_loss(tenant)
    yield "balance_sheet", _balance_sheet(tenant)
    for measure in _BANK:
        yield "bank_summary", _bank_summary(tenant, measure)
    yield "", _journals(tenant)


def _days(days: Collection[date]) -> str:
    return ", ".join(f"DATE '{day.isoformat()}'" for day in sorted(days)) or "DATE '1900-01-01'"


def _insert(tenant: str, query: str, stale: str) -> str:
    """Rows that are 0 on both sides are left out; the cause is that of the account's amount in the month."""
    cause = f"CASE WHEN c.our_amount <> c.xero_amount THEN COALESCE(u.cause, '{UNKNOWN}') END"
    return (
        f"INSERT INTO {named('tie_out')} ({_COLUMNS}) SELECT {tenant}, c.statement, c.period_start, c.period_end, "
        "c.account_id, c.measure, a.code, COALESCE(a.name, c.account_name), c.our_amount, c.xero_amount, "
        f"c.our_amount - c.xero_amount, {cause}, c.period_start IN ({stale}) FROM ({query}) AS c "
        "LEFT JOIN tie_accounts AS a ON a.account_id = c.account_id "
        "LEFT JOIN tie_periods AS p ON p.period_end = c.period_end "
        "LEFT JOIN tie_unexplained AS u ON u.number = p.number AND u.account_id = COALESCE(a.stands_for, c.account_id) "
        "WHERE c.our_amount <> 0 OR c.xero_amount <> 0 OR c.statement = 'journals'"
    )


def _trial_balance() -> str:
    return (
        "SELECT 'trial_balance' AS statement, p.period_start, p.period_end, g.account_id, 'balance' AS measure, "
        "CAST(NULL AS TEXT) AS account_name, CAST(g.xero_balance - g.arisen AS NUMERIC(19, 4)) AS our_amount, "
        "CAST(g.xero_balance AS NUMERIC(19, 4)) AS xero_amount "
        "FROM tie_gaps AS g JOIN tie_periods AS p ON p.number = g.number"
    )


def _months(tenant: str, report: str) -> str:
    return (
        "(SELECT DISTINCT period_start, period_end FROM xero.report_pulls "
        f"WHERE tenant_id = {tenant} AND report = '{report}' AND basis = 'accrual')"
    )


def _profit_and_loss(tenant: str) -> str:
    """The documents of the month; income is positive, and so is a cost. Currency gains as Xero shows them."""
    report = f"(SELECT * FROM xero.profit_and_loss WHERE tenant_id = {tenant} AND basis = 'accrual')"
    grouped = (
        f"CASE WHEN a.system_account IN ('UNREALISEDCURRENCYGAIN', 'REALISEDCURRENCYGAIN', 'BANKCURRENCYGAIN') "
        f"AND EXISTS (SELECT 1 FROM {report} AS r WHERE r.account_id = '{GROUPED}') THEN '{GROUPED}' ELSE a.account_id END"
    )
    ours = (
        f"SELECT m.period_start, m.period_end, {grouped} AS account_id, "
        "SUM(CASE WHEN a.class = 'REVENUE' THEN -l.net_amount ELSE l.net_amount END) AS amount "
        f"FROM {_months(tenant, 'profit_and_loss')} AS m JOIN {named('journal_lines')} AS l "
        f"ON l.tenant_id = {tenant} AND l.journal_date BETWEEN m.period_start AND m.period_end "
        f"AND l.source_type <> '{UNEXPLAINED}' JOIN tie_accounts AS a ON a.account_id = l.account_id "
        f"WHERE a.class IN {RESULTS} GROUP BY 1, 2, 3"
    )
    theirs = (
        "SELECT period_start, period_end, account_id, MAX(account_name) AS account_name, SUM(amount) AS amount "
        f"FROM {report} AS r WHERE line_type = 'account' AND account_id IS NOT NULL GROUP BY 1, 2, 3"
    )
    return _beside("profit_and_loss", "amount", ours, theirs)


def _beside(statement: str, measure: str, ours: str, theirs: str) -> str:
    """Our and their figures of the same month and account, 0 where one has none."""
    keys = ", ".join(f"COALESCE(o.{name}, x.{name}) AS {name}" for name in ("period_start", "period_end", "account_id"))
    return (
        f"SELECT '{statement}' AS statement, {keys}, '{measure}' AS measure, x.account_name, "
        "CAST(COALESCE(o.amount, 0) AS NUMERIC(19, 4)) AS our_amount, "
        f"CAST(COALESCE(x.amount, 0) AS NUMERIC(19, 4)) AS xero_amount FROM ({ours}) AS o FULL JOIN ({theirs}) AS x "
        "ON x.period_start = o.period_start AND x.period_end = o.period_end AND x.account_id = o.account_id"
    )


def _balance_sheet(tenant: str) -> str:
    """Balances of the months whose trial balance is there, too; assets are positive, and so is what is owed."""
    of_month = "tie_gaps AS g JOIN tie_periods AS p ON p.number = g.number AND p.number > 0"
    pulled = f"JOIN {_months(tenant, 'balance_sheet')} AS m ON m.period_end = p.period_end"
    ours = (
        "SELECT p.period_start, p.period_end, g.account_id, "
        "CASE g.class WHEN 'ASSET' THEN 1 ELSE -1 END * (g.xero_balance - g.arisen) AS amount "
        f"FROM {of_month} {pulled} WHERE g.class NOT IN {RESULTS} UNION ALL "
        f"SELECT p.period_start, p.period_end, '{EARNINGS}', -SUM(g.xero_balance - g.arisen) "
        f"FROM {of_month} {pulled} WHERE g.class IN {RESULTS} GROUP BY 1, 2"
    )
    theirs = (
        "SELECT r.period_start, r.period_end, r.account_id, MAX(r.account_name) AS account_name, SUM(r.amount) AS amount "
        "FROM xero.balance_sheet AS r JOIN tie_periods AS p ON p.period_end = r.period_end AND p.number > 0 "
        f"WHERE r.tenant_id = {tenant} AND r.basis = 'accrual' AND r.line_type = 'account' AND r.account_id IS NOT NULL "
        "GROUP BY 1, 2, 3"
    )
    return _beside("balance_sheet", "balance", ours, theirs)


_BANK = {
    "opening_balance": "CASE WHEN l.journal_date < m.period_start THEN {0} ELSE 0 END",
    "cash_received": "CASE WHEN l.journal_date >= m.period_start AND {0} > 0 THEN {0} ELSE 0 END",
    "cash_spent": "CASE WHEN l.journal_date >= m.period_start AND {0} < 0 THEN -{0} ELSE 0 END",
    "closing_balance": "{0}",
}


def _bank_summary(tenant: str, measure: str) -> str:
    """In base currency, or in the account's own where Xero's figure says that."""

    def total(amount: str) -> str:
        return f"SUM({_BANK[measure].format(amount)})"

    ours = (
        f"SELECT m.period_start, m.period_end, l.account_id, {total('l.net_amount')} AS base, "
        f"{total('l.foreign_amount')} AS own FROM {_months(tenant, 'bank_summary')} AS m "
        f"JOIN {named('journal_lines')} AS l ON l.tenant_id = {tenant} AND l.journal_date <= m.period_end "
        f"AND (l.source_type <> '{UNEXPLAINED}' OR l.journal_date < m.period_start) "
        f"JOIN xero.accounts AS a ON a.tenant_id = {tenant} AND a.account_id = l.account_id AND a.type = 'BANK' "
        "GROUP BY 1, 2, 3"
    )
    theirs = (
        f"SELECT period_start, period_end, account_id, account_name, {measure} AS amount FROM xero.bank_summary "
        f"WHERE tenant_id = {tenant} AND account_id IS NOT NULL"
    )
    either = (
        f"SELECT b.period_start, b.period_end, b.account_id, CASE WHEN b.own = t.amount THEN b.own ELSE b.base END "
        f"AS amount FROM ({ours}) AS b LEFT JOIN ({theirs}) AS t ON t.period_start = b.period_start "
        "AND t.period_end = b.period_end AND t.account_id = b.account_id"
    )
    return _beside("bank_summary", measure, either, theirs)


def _journals(tenant: str) -> str:
    """Every journal sums to zero, so that every month does; one that does not is a mistake of ours."""
    return (
        f"SELECT 'journals' AS statement, CAST(DATE_TRUNC('month', journal_date) AS DATE) AS period_start, "
        "CAST(DATE_TRUNC('month', journal_date) + INTERVAL '1 month' - INTERVAL '1 day' AS DATE) AS period_end, "
        f"'{ALL}' AS account_id, 'sum' AS measure, 'All accounts' AS account_name, "
        "CAST(SUM(ABS(net)) AS NUMERIC(19, 4)) AS our_amount, CAST(0 AS NUMERIC(19, 4)) AS xero_amount "
        f"FROM (SELECT journal_id, journal_date, SUM(net_amount) AS net FROM {named('journal_lines')} "
        f"WHERE tenant_id = {tenant} GROUP BY 1, 2) AS j GROUP BY 2, 3"
    )


def _coverage(tenant: str) -> str:
    documents = (
        "SELECT p.number, SUM(ABS(m.net)) AS amount FROM tie_periods AS p JOIN (SELECT p.number, m.account_id, "
        "SUM(m.net) AS net FROM tie_periods AS p JOIN tie_moves AS m ON m.journal_date > p.previous_end "
        "AND m.journal_date <= p.period_end GROUP BY 1, 2) AS m ON m.number = p.number GROUP BY 1"
    )
    unexplained = "SELECT number, SUM(ABS(amount)) AS amount FROM tie_unexplained GROUP BY 1"
    both = "(COALESCE(d.amount, 0) + COALESCE(u.amount, 0))"
    return (
        f"INSERT INTO {named('coverage')} (tenant_id, period_start, period_end, documents_amount, unexplained_amount, "
        f"explained_share) SELECT {tenant}, p.period_start, p.period_end, COALESCE(d.amount, 0), COALESCE(u.amount, 0), "
        f"CASE {both} WHEN 0 THEN 1 ELSE CAST(COALESCE(d.amount, 0) / {both} AS NUMERIC(20, 10)) END "
        f"FROM tie_periods AS p LEFT JOIN ({documents}) AS d ON d.number = p.number "
        f"LEFT JOIN ({unexplained}) AS u ON u.number = p.number WHERE p.number > 0"
    )
