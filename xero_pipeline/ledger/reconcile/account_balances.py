"""The ledger beside the balances of Xero's Account Data API, where they are read.

Whether a balance of income and expenses is that of the financial year or of all years, Xero's draft does not say. The
trial balance of the same day tells: the reading by which fewer accounts differ is taken, that of the year where both
say the same, as they do until the books' first year ends. By the reading of all years the balances of before the first
month are not known; what each month moved is compared all the same.
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from xero_pipeline.calendar import add_months
from xero_pipeline.ledger.reconcile.tie_out import BALANCES, CASH_BASIS, CHART, tie_periods, variables
from xero_pipeline.ledger.sql_templates import SqlTemplates
from xero_pipeline.warehouse.sql import among, literal

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import Connection

    from xero_pipeline.ledger.cash_basis.lines import Basis

    Period = Mapping[str, Any]

SOURCE = "account_balances"
ACCOUNT_BALANCES: Mapping[str, Basis] = {SOURCE: "accrual", f"{SOURCE}_cash": "cash"}
"""The statements, each with its basis."""
_EVER = date.min
"""When the year of balances of all years began."""


def compare_account_balances(connection: Connection, tenant_id: str, stale: Mapping[str, Collection[date]]) -> None:
    """Set the ledger's balances beside those of the Account Data API, as far as they were read.

    Only months whose trial balance on accrual basis counts, and of which the balances before are there, too.

    Args:
        connection: In the transaction in which all else was compared: its temporary tables are made anew.
        stale: As for `set_beside_xero`.
    """
    read = _month_ends(connection, tenant_id)
    if not read:
        return
    periods = tie_periods(connection, tenant_id, stale.get("trial_balance", ()))
    chart = SqlTemplates("reconcile", connection, tenant_id, **variables())
    for name in CHART:
        chart.make(name)
    of_all_years = is_of_all_years(
        connection, tenant_id, [one for one in periods if ("accrual", one["period_end"]) in read]
    )
    for statement, basis in ACCOUNT_BALANCES.items():
        known = [one for one in periods if (basis, one["period_end"]) in read]
        if len(known) > 1:
            _compare(connection, tenant_id, statement, _with_years(known, of_all_years=of_all_years))


def is_of_all_years(connection: Connection, tenant_id: str, periods: Sequence[Period]) -> bool:
    """Whether balances of income and expenses are those of all years, by the newest trial balance.

    Args:
        connection: With the tables of the accounts made.
        periods: Those of which the balances are there.
    """
    if len(periods) < 2:
        return False
    days = {"day": periods[-1]["period_end"], "before": periods[-2]["period_end"]}
    queries = SqlTemplates("reconcile", connection, tenant_id, **variables(), **days)
    of_year, of_all_years = connection.exec_driver_sql(queries.text("balances_reading")).one()
    return of_all_years < of_year


def _compare(connection: Connection, tenant_id: str, statement: str, periods: Sequence[Period]) -> None:
    basis = ACCOUNT_BALANCES[statement]
    SqlTemplates("reconcile", connection, tenant_id, periods=periods).make("tie_periods")
    queries = SqlTemplates("reconcile", connection, tenant_id, **variables(basis, SOURCE))
    for name in BALANCES:
        queries.make(name)
    waiting = _not_at_once(connection, tenant_id, basis)
    apart = [
        one["period_start"] for before, one in pairwise(periods) if {before["period_end"], one["period_end"]} & waiting
    ]
    told = {
        "statement": statement,
        "compared": queries.text("statement_trial_balance"),
        "whole": [one["period_end"] for one in periods[1:]],
        "cause": CASH_BASIS if basis == "cash" else "UNKNOWN",
        "first": "trial_balance_cash" if basis == "cash" else statement,
        "waits": f"c.our_amount <> c.xero_amount AND c.period_start IN {among(apart)} IS TRUE",
    }
    SqlTemplates("reconcile", connection, tenant_id, **told).run("write_tie_out_beside")


def _with_years(periods: Sequence[Period], *, of_all_years: bool) -> list[Period]:
    """The months with the years that their balances are of; what is before the first is where it begins."""
    first, *others = periods
    began = first["year_start"]
    # The evening before the first month is told with the year of that month.
    began = add_months(began, -12) if began > first["period_end"] else began
    starts = [_EVER] * len(periods) if of_all_years else [began, *(one["year_start"] for one in others)]
    return [
        {
            **one,
            "previous_end": before["period_end"],
            "year_start": start,
            "new_year": start != starts[max(place - 1, 0)],
        }
        for place, (one, before, start) in enumerate(zip(periods, [first, *periods], starts, strict=False))
    ]


def _month_ends(connection: Connection, tenant_id: str) -> set[tuple[str, date]]:
    """The month ends of which there are balances, each with the basis."""
    rows = connection.exec_driver_sql(
        f"SELECT DISTINCT basis, month_end FROM xero.{SOURCE} WHERE tenant_id = {literal(tenant_id)} AND NOT is_deleted"
    )
    return {(basis, day) for basis, day in rows}


def _not_at_once(connection: Connection, tenant_id: str, basis: Basis) -> set[date]:
    """Month ends whose trial balance and balances, as we have them, Xero may never have said at the same time."""
    tenant = literal(tenant_id)
    rows = connection.exec_driver_sql(
        f"SELECT b.month_end FROM (SELECT month_end, MAX(synced_at) AS since FROM xero.{SOURCE} "
        f"WHERE tenant_id = {tenant} AND basis = '{basis}' GROUP BY month_end) AS b "
        "JOIN (SELECT period_end, MAX(fetched_at) AS since, MAX(checked_at) AS until FROM xero.report_pulls "
        f"WHERE tenant_id = {tenant} AND report = 'trial_balance' AND basis = 'accrual' GROUP BY period_end) AS t "
        "ON t.period_end = b.month_end "
        f"JOIN xero.cursors AS c ON c.tenant_id = {tenant} AND c.endpoint = '{SOURCE}' "
        "WHERE t.since > c.complete_at OR b.since > t.until"
    )
    return set(rows.scalars())
