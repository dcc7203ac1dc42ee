"""Ours against Xero's, account by account and month by month; what no document shows, posted as lines of its own.

The SQL is in `sql/`, one file per temporary table:

    periods                 the months whose trial balance is there and not out of date, each with the one before
    sections, groups, earnings   what headings and lines of the reports stand for, whatever they are called
    accounts, movements     the accounts, and what the documents moved on each, day by day
    xero_balances, our_balances, differences     of every account and period, and the part that arose then
    reconciling_items, unexplained      what no document shows, and with its likely cause
    rounding_…, difference_parts        cents between control accounts and open documents; what a difference is made of

Our figure of a month stands on what Xero's trial balance said at the end of the month before, and adds what the
documents of the month come to: so a difference shows in the month in which it arose, and only there. Of the ledger's
own lines, those of UNEXPLAINED make up for it: the ledger always says what Xero's trial balance says. On cash basis the
same files compare all lines, those included, with Xero's reports on cash basis.
"""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import TYPE_CHECKING

from xero_pipeline.calendar import month_start, year_start
from xero_pipeline.ledger.cash_basis.lines import lines_named
from xero_pipeline.ledger.cash_basis.reports import ON_CASH_BASIS, are_pulled
from xero_pipeline.ledger.reconcile.cause_search import with_causes
from xero_pipeline.ledger.reconcile.reconciling_items import ReconcilingItem
from xero_pipeline.ledger.sql_templates import SqlTemplates
from xero_pipeline.ledger.statements.chart import EARNINGS_ID
from xero_pipeline.ledger.statements.open_documents import rounding_sql
from xero_pipeline.warehouse.sql import among, literal

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from xero_pipeline.ledger.cash_basis.lines import Basis

REPORTS = ("trial_balance", "profit_and_loss", "balance_sheet", "bank_summary")
"""Xero's reports that are compared."""
STATEMENTS = (*REPORTS, "receivables", "payables", "journals")
"""What is compared: the reports; the open documents with the balance of their control account; of `journals`, that
every one sums to zero."""
AFTER = {"receivables": "trial_balance", "payables": "trial_balance", "account_balances_cash": "account_balances"}
"""Whose report or list a comparison needs, where it has not its own name."""

GAINS = ("UNREALISEDCURRENCYGAIN", "REALISEDCURRENCYGAIN", "BANKCURRENCYGAIN")
"""The accounts that Xero's reports may show as one line (`sql/tie_groups.sql`)."""

CASH_BASIS = "CASH BASIS"
"""The cause of what differs on cash basis alone."""

CHART = ("tie_sections", "tie_groups", "tie_earnings", "tie_accounts")
BALANCES = ("tie_movements", "tie_xero_balances", "tie_our_balances", "tie_differences")
"""The tables of a comparison: those of the accounts, and those of the balances of a source."""
_UNEXPLAINED = ("remove_unexplained_lines", "remove_unexplained", "write_unexplained", "write_unexplained_lines")
_COMPARE = ("remove_tie_out", "remove_coverage", "coverage")


def set_beside_xero(connection: Connection, tenant_id: str, stale: Mapping[str, Collection[date]]) -> None:
    """Make the tables in which every account's balance stands beside Xero's.

    Args:
        connection: In the transaction that posted the documents.
        stale: By report first days of months: documents changed since Xero was asked for it, so it says nothing now.
    """
    queries = SqlTemplates("reconcile", connection, tenant_id, **variables())
    periods = tie_periods(connection, tenant_id, stale.get("trial_balance", ()))
    SqlTemplates("reconcile", connection, tenant_id, periods=periods).make("tie_periods")
    for name in (*CHART, *BALANCES):
        queries.make(name)


def set_beside_xero_again(connection: Connection, tenant_id: str) -> None:
    """The same after more was posted."""
    queries = SqlTemplates("reconcile", connection, tenant_id, **variables())
    for name in BALANCES:
        queries.make(name)


def post_unexplained(
    connection: Connection, tenant_id: str, *, at: datetime, named: Mapping[str, str] | None = None
) -> None:
    """Post what no document shows.

    Args:
        connection: In the transaction in which all else was posted and set beside Xero's balances.
        at: Now, in UTC.
        named: The causes that somebody named, by account id.
    """
    queries = SqlTemplates("reconcile", connection, tenant_id, **variables(), at=literal(at))
    arisen = [ReconcilingItem(*row) for row in connection.exec_driver_sql(queries.text("tie_reconciling_items"))]
    found = with_causes(arisen, named or {})
    unexplained = [(one.number, one.account_id, one.amount, cause, place) for place, (one, cause) in enumerate(found)]
    SqlTemplates("reconcile", connection, tenant_id, unexplained=unexplained).make("tie_unexplained")
    for name in _UNEXPLAINED:
        queries.run(name)


def compare(connection: Connection, tenant_id: str, stale: Mapping[str, Collection[date]]) -> None:
    """Set both sides' figures beside each other, statement by statement.

    Args:
        connection: In the transaction in which `post_unexplained` ran and the statements were written.
        stale: As for `set_beside_xero`.
    """
    queries = SqlTemplates("reconcile", connection, tenant_id, **variables())
    rounding = rounding_sql(connection.dialect.name)
    SqlTemplates("reconcile", connection, tenant_id, rounding=rounding).make("tie_rounding")
    queries.make("tie_difference_parts")
    for name in _COMPARE:
        queries.run(name)
    for statement in STATEMENTS:
        compared = queries.text(f"statement_{statement}")
        # What no document shows is told by the trial balance: where that is out of date nothing is concluded.
        told_by = () if statement == "journals" else stale.get("trial_balance", ())
        waiting = sorted({*stale.get(statement, ()), *told_by})
        of_it = {"statement": statement, "compared": compared, "stale": waiting}
        SqlTemplates("reconcile", connection, tenant_id, **of_it).run("write_tie_out")


def compare_cash_basis(connection: Connection, tenant_id: str, stale: Mapping[str, Collection[date]]) -> None:
    """Set the ledger's figures on cash basis beside those of Xero's reports on cash basis, as far as they were pulled.

    Only months whose trial balance on accrual basis counts: without it, nothing posted what no document shows.

    Args:
        connection: In the transaction in which `compare` ran: temporary tables of that comparison are made anew.
        stale: As for `post_unexplained`.
    """
    if not are_pulled(connection, tenant_id):
        return
    first = next(iter(ON_CASH_BASIS))
    whole = [period["period_end"] for period in tie_periods(connection, tenant_id, stale.get("trial_balance", ()))[1:]]
    periods = tie_periods(connection, tenant_id, stale.get(first, ()), "cash")
    SqlTemplates("reconcile", connection, tenant_id, periods=periods).make("tie_periods")
    queries = SqlTemplates("reconcile", connection, tenant_id, **variables("cash"))
    for name in (*CHART, *BALANCES):
        queries.make(name)
    for statement, on_accrual_basis in ON_CASH_BASIS.items():
        compared = queries.text(f"statement_{on_accrual_basis}")
        of_it = {"statement": statement, "first": first, "whole": whole, "compared": compared, "cause": CASH_BASIS}
        waits = f"c.period_start IN {among(sorted(stale.get(statement, ())))} IS TRUE"
        SqlTemplates("reconcile", connection, tenant_id, **of_it, waits=waits).run("write_tie_out_beside")


def variables(basis: Basis = "accrual", source: str = "trial_balance") -> dict[str, object]:
    """What the templates of a comparison are told.

    Args:
        source: The table that has Xero's balances.
    """
    return {
        "basis": basis,
        "source": source,
        "lines": lines_named(basis),
        "gains": GAINS,
        "earnings": EARNINGS_ID,
        "results": ("REVENUE", "EXPENSE"),
        "bank_measures": ("opening_balance", "cash_received", "cash_spent", "closing_balance"),
    }


def tie_periods(
    connection: Connection, tenant_id: str, stale: Collection[date], basis: Basis = "accrual"
) -> list[dict[str, object]]:
    """The evening before the first month, then every month whose trial balance counts."""
    tenant = literal(tenant_id)
    pulled = connection.exec_driver_sql(
        "SELECT DISTINCT period_start, period_end FROM xero.report_pulls WHERE report = 'trial_balance' "
        f"AND basis = '{basis}' AND tenant_id = {tenant} ORDER BY period_end"
    ).fetchall()
    ends = connection.exec_driver_sql(
        "SELECT financial_year_end_day, financial_year_end_month FROM xero.organisations "
        f"WHERE tenant_id = {tenant} AND financial_year_end_month IS NOT NULL"
    ).one_or_none()
    months = [(start, end) for start, end in pulled if start not in stale]
    if not months or ends is None:
        return []
    day, month = ends
    eve = months[0][0] - timedelta(days=1)
    found: list[dict[str, object]] = []
    for number, (start, end) in enumerate([(month_start(eve), eve), *months]):
        # The balances before the first month are those of its year: they are read from its own trial balance.
        year = year_start(months[0][1] if number == 0 else end, day, month)
        before = found[-1] if found else {"period_end": end, "year_start": year}
        found.append(
            {
                "number": number,
                "period_start": start,
                "period_end": end,
                "previous_end": before["period_end"],
                "year_start": year,
                "new_year": before["year_start"] != year,
                "journal_id": uuid.uuid5(uuid.NAMESPACE_URL, f"UNEXPLAINED/{tenant_id}/{end}"),
            }
        )
    return found
