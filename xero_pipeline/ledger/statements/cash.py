"""Cash movement over any range: what money came from and went to, between what was there and what was left.

Every line of a bank account is shown by what stands beside it in its journal: received money by the accounts it came
from, spent money by those it went to, so that each bank account's lines add up to its bank summary. A transfer stands
beside the other bank account. What no document shows stands alone. Xero's own journals of one source and day count
together: an edit is a reversal and a new journal, and moved no money.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from sqlalchemy import text

from xero_pipeline.ledger.cash_basis.lines import lines_named
from xero_pipeline.ledger.posting.rules import REVALUED, UNEXPLAINED
from xero_pipeline.ledger.statements import bank_summary
from xero_pipeline.ledger.statements.balances import account_balances
from xero_pipeline.ledger.statements.bank_summary import BANK, BankLine
from xero_pipeline.ledger.statements.chart import ZERO, Account, chart_of
from xero_pipeline.ledger.statements.entity import entity_of
from xero_pipeline.ledger.statements.periods import Period, periods_sql
from xero_pipeline.warehouse.sql import among, literal

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection

    from xero_pipeline.ledger.cash_basis.lines import Basis
    from xero_pipeline.ledger.statements.chart import ChartOfAccounts
    from xero_pipeline.ledger.statements.entity import Entity

CashType = Literal["opening", "movement", "closing"]


@dataclass(frozen=True, slots=True)
class CashLine:
    """One line, as in `ledger.cash_movement`; amounts in base currency.

    Args:
        position: Place in the statement, counted from 1.
        line_type: opening, movement or closing; opening and movements add up to closing.
        source_type: What moved the money; None for opening and closing.
        counter_account_id: The account on the other side; None for opening, closing and what no document shows.
        counter_account_code: Its code, if it has one.
        amount: Money in less money out; of opening and closing the balance.
    """

    position: int
    account_id: str
    account_name: str
    line_type: CashType
    source_type: str | None
    counter_account_id: str | None
    counter_account_code: str | None
    counter_account_name: str | None
    cash_received: Decimal
    cash_spent: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Flow:
    """Money between a bank account and another account."""

    bank_id: str
    source_type: str
    counter: Account | None
    received: Decimal
    spent: Decimal


def cash_movement(connection: Connection, tenant_id: str, start: date, end: date) -> tuple[CashLine, ...]:
    """The cash movement of a range.

    Args:
        connection: To the warehouse; reading is enough.

    Raises:
        ConfigurationError: The warehouse does not know the organisation.
    """
    entity, period = entity_of(connection, tenant_id), Period(start, end)
    chart = chart_of(connection, tenant_id)
    banks = bank_summary.of_balances(chart, account_balances(connection, entity, chart, [period])[period])
    return of_flows(banks, flows(connection, entity, chart, [period])[period])


def of_flows(banks: Sequence[BankLine], found: Sequence[Flow]) -> tuple[CashLine, ...]:
    """The statement: account by account, its largest receipts first, then what it spent.

    Args:
        banks: The bank summary of the period.
        found: The flows of the period.
    """
    lines: list[CashLine] = []
    for bank in banks:
        place, whose = len(lines), (bank.account_id, bank.account_name)
        mine = sorted((one for one in found if one.bank_id == bank.account_id), key=_order)
        lines.append(_balance(place + 1, whose, "opening", bank.opening_balance))
        lines.extend(_movement(place + 1, whose, one) for place, one in enumerate(mine, start=place + 1))
        lines.append(_balance(len(lines) + 1, whose, "closing", bank.closing_balance))
    return tuple(lines)


def flows(
    connection: Connection,
    entity: Entity,
    chart: ChartOfAccounts,
    periods: Sequence[Period],
    *,
    basis: Basis = "accrual",
) -> dict[Period, list[Flow]]:
    """Money in and out of bank accounts, by source and account on the other side.

    Args:
        connection: To the warehouse; reading is enough.
        basis: On cash basis the other side of a payment is what it pays for.
    """
    params = {"tenant_id": entity.tenant_id, "bank": BANK, "unexplained": UNEXPLAINED}
    found: dict[Period, list[Flow]] = {period: [] for period in periods}
    for row in connection.execute(text(_flows_sql(entity, periods, lines_named(basis))), params):
        counter = chart[row.counter_id] if row.counter_id else None
        flow = Flow(row.bank_id, row.source_type, counter, row.received, row.spent)
        found[Period(row.period_start, row.period_end)].append(flow)
    return found


def _flows_sql(entity: Entity, periods: Sequence[Period], journal_lines: str) -> str:
    """Each amount beside the bank lines of its source; added up by day first, as in `balances`.

    Most sources have one bank line: what stands beside it is that much of it, whatever else is in its journal.
    """
    first, last = min(period.start for period in periods), max(period.end for period in periods)
    lines = f"{journal_lines} AS l"
    mine = f"l.tenant_id = :tenant_id AND l.journal_date BETWEEN {literal(first)} AND {literal(last)}"
    mine += f" AND l.source_type NOT IN {among(REVALUED)}"  # no money moves
    return f"""
    WITH banks AS (SELECT account_id FROM xero.accounts WHERE tenant_id = :tenant_id AND type = :bank),
    banked AS (
        SELECT l.source_type, COALESCE(l.source_id, '') AS source, l.source_id, l.journal_date AS day,
            l.account_id AS bank_id, SUM(l.net_amount) AS net
        FROM {lines} WHERE {mine} AND l.account_id IN (SELECT account_id FROM banks)
        GROUP BY l.source_type, l.source_id, l.journal_date, l.account_id HAVING SUM(l.net_amount) <> 0
    ),
    sources AS (
        SELECT source_type, source, day, COUNT(*) AS banks, MIN(bank_id) AS one, MAX(bank_id) AS other, SUM(net) AS net
        FROM banked GROUP BY source_type, source, day
    ),
    flows AS (
        SELECT s.day, s.one AS bank_id, s.source_type, l.account_id AS counter_id, -l.net_amount AS amount,
            s.net AS told_by
        FROM sources AS s JOIN {lines} ON l.source_type = s.source_type
            AND COALESCE(l.source_id, '') = s.source AND l.journal_date = s.day
        WHERE {mine} AND s.banks = 1 AND s.source_type <> :unexplained
            AND l.account_id NOT IN (SELECT account_id FROM banks)
        UNION ALL
        SELECT b.day, b.bank_id, b.source_type, CASE WHEN b.source_id IS NULL THEN NULL
            WHEN b.bank_id = s.one THEN s.other ELSE s.one END, b.net, b.net
        FROM banked AS b JOIN (SELECT * FROM sources WHERE banks > 1 AND source_type <> :unexplained) AS s
            ON s.source_type = b.source_type AND s.source = b.source AND s.day = b.day
        UNION ALL
        SELECT day, bank_id, source_type, NULL, net, net FROM banked WHERE source_type = :unexplained
    ),
    daily AS (
        SELECT day, bank_id, source_type, counter_id, SUM(CASE WHEN told_by > 0 THEN amount ELSE 0 END) AS received,
            SUM(CASE WHEN told_by > 0 THEN 0 ELSE -amount END) AS spent
        FROM flows GROUP BY day, bank_id, source_type, counter_id
    )
    SELECT period_start, period_end, bank_id, source_type, counter_id, SUM(received) AS received, SUM(spent) AS spent
    FROM ({periods_sql(periods, entity.year_end)}) AS p JOIN daily ON day BETWEEN period_start AND period_end
    GROUP BY period_start, period_end, bank_id, source_type, counter_id
    HAVING SUM(received) <> 0 OR SUM(spent) <> 0
    """


def _order(one: Flow) -> tuple[Decimal, str, str]:
    return one.spent - one.received, one.source_type, one.counter.name if one.counter else ""


def _movement(place: int, whose: tuple[str, str], one: Flow) -> CashLine:
    counter = one.counter
    told = (counter.account_id, counter.code, counter.name) if counter else (None, None, None)
    amount = one.received - one.spent
    return CashLine(place, *whose, "movement", one.source_type, *told, one.received, one.spent, amount)


def _balance(place: int, whose: tuple[str, str], line_type: CashType, amount: Decimal) -> CashLine:
    return CashLine(place, *whose, line_type, None, None, None, None, ZERO, ZERO, amount)
