"""Journal lines added up by account, for any number of periods in one query."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import text

from xero_pipeline.ledger.cash_basis.lines import lines_named
from xero_pipeline.ledger.posting.rules import REVALUED
from xero_pipeline.ledger.statements.chart import ZERO
from xero_pipeline.ledger.statements.periods import Period, periods_sql
from xero_pipeline.warehouse.sql import among, literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from xero_pipeline.ledger.cash_basis.lines import Basis
    from xero_pipeline.ledger.statements.chart import Account, ChartOfAccounts
    from xero_pipeline.ledger.statements.entity import Entity


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """How an account stands in a period; debit positive.

    Balances are those a trial balance shows: of income and expenses since the financial year began, of retained
    earnings with the profits of all earlier years, which nothing posts.

    Args:
        opening: Balance on the morning of the first day, in the financial year of that day.
        movement: What the journals moved within the period.
        debits: Of a bank account, the money that came in: a journal and its reversal of one day moved none.
        balance: Balance at the close of the last day.
        active: Whether a journal within the period touches it.
        revalued_before: The part of the opening balance that is a revaluation of the evening before.
        revalued: The part of the movement that is the change of that: no money.
    """

    account: Account
    opening: Decimal
    movement: Decimal
    debits: Decimal
    balance: Decimal
    active: bool
    revalued_before: Decimal = ZERO
    revalued: Decimal = ZERO


def account_balances(
    connection: Connection,
    entity: Entity,
    chart: ChartOfAccounts,
    periods: Sequence[Period],
    *,
    condition: str = "TRUE",
    params: Mapping[str, object] | None = None,
    basis: Basis = "accrual",
) -> dict[Period, list[AccountBalance]]:
    """Every account that any journal until the end of a period touches, and retained earnings.

    Args:
        connection: To the warehouse; reading is enough.
        condition: Which journal lines (l) count, in SQL.
        basis: When income and expenses count.
    """
    rows = connection.execute(
        text(_sums_sql(entity, periods, condition, lines_named(basis))),
        {"tenant_id": entity.tenant_id, **(params or {})},
    )
    found: dict[Period, list[_Sums]] = {period: [] for period in periods}
    for start, end, *sums in rows:
        found[Period(start, end)].append(_Sums(*sums))
    return {period: _standings(chart, sums) for period, sums in found.items()}


@dataclass(frozen=True, slots=True)
class _Sums:
    """What the journals alone say of an account."""

    account_id: str
    before: Decimal
    first_year: Decimal
    movement: Decimal
    debits: Decimal
    this_year: Decimal
    active: int
    revalued_before: Decimal
    revalued: Decimal


def _sums_sql(entity: Entity, periods: Sequence[Period], condition: str, lines: str) -> str:
    """Lines by account and day first: of those there are few, however many lines and periods there are.

    Money by source before that: Xero's own journals reverse a document that was edited or deleted.
    """
    first, last = min(period.start for period in periods), max(period.end for period in periods)
    return f"""
    WITH periods AS ({periods_sql(periods, entity.year_end)}),
    daily AS (
        SELECT account_id, journal_date AS day, SUM(net_amount) AS net,
            SUM(CASE WHEN source_type IN {among(REVALUED)} THEN net_amount ELSE 0 END) AS revalued
        FROM {lines} AS l
        WHERE tenant_id = :tenant_id AND journal_date <= {literal(last)} AND {condition}
        GROUP BY account_id, journal_date
    ),
    money AS (
        SELECT account_id AS bank_id, day AS bank_day, SUM(CASE WHEN net > 0 THEN net ELSE 0 END) AS debit FROM (
            SELECT l.account_id, l.journal_date AS day, SUM(l.net_amount) AS net
            FROM {lines} AS l
            JOIN xero.accounts AS a ON a.tenant_id = l.tenant_id AND a.account_id = l.account_id AND a.type = 'BANK'
            WHERE l.tenant_id = :tenant_id AND {condition} AND l.source_type NOT IN {among(REVALUED)}
                AND l.journal_date BETWEEN {literal(first)} AND {literal(last)}
            GROUP BY l.account_id, l.journal_date, l.source_type, l.source_id
        ) AS moved GROUP BY account_id, day
    )
    SELECT period_start, period_end, account_id,
        SUM(CASE WHEN day < period_start THEN net ELSE 0 END) AS before,
        SUM(CASE WHEN day < period_start AND day >= first_year_start THEN net ELSE 0 END) AS first_year,
        SUM(CASE WHEN day >= period_start THEN net ELSE 0 END) AS movement,
        SUM(CASE WHEN day >= period_start THEN COALESCE(debit, 0) ELSE 0 END) AS debits,
        SUM(CASE WHEN day >= year_start THEN net ELSE 0 END) AS this_year,
        MAX(CASE WHEN day >= period_start THEN 1 ELSE 0 END) AS active,
        SUM(CASE WHEN day < period_start THEN revalued ELSE 0 END) AS revalued_before,
        SUM(CASE WHEN day >= period_start THEN revalued ELSE 0 END) AS revalued
    FROM periods JOIN daily ON day <= period_end LEFT JOIN money ON bank_id = account_id AND bank_day = day
    GROUP BY period_start, period_end, account_id
    """


def _standings(chart: ChartOfAccounts, sums: Sequence[_Sums]) -> list[AccountBalance]:
    """What the journals say, with the profits of earlier years where they belong."""
    results = [one for one in sums if chart[one.account_id].is_result]
    earlier_opening = sum((one.before - one.first_year for one in results), ZERO)
    earlier = sum((one.before + one.movement - one.this_year for one in results), ZERO)
    found: list[AccountBalance] = []
    of_earnings = next((one for one in sums if one.account_id == chart.retained), _zero(chart.retained))
    for one in (*(other for other in sums if other is not of_earnings), of_earnings):
        opening, balance = one.before, one.before + one.movement
        account = chart[one.account_id]
        if account.is_result:
            opening, balance = one.first_year, one.this_year
        elif one is of_earnings:
            opening, balance = opening + earlier_opening, balance + earlier
        told = (opening, one.movement, one.debits, balance, bool(one.active), one.revalued_before, one.revalued)
        found.append(AccountBalance(account, *told))
    return found


def _zero(account_id: str) -> _Sums:
    return _Sums(account_id, ZERO, ZERO, ZERO, ZERO, ZERO, 0, ZERO, ZERO)
