"""The balance sheet at the close of any day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from xero_pipeline.ledger.statements.balances import AccountBalance, account_balances
from xero_pipeline.ledger.statements.chart import EARNINGS_ID, ZERO, chart_of
from xero_pipeline.ledger.statements.entity import entity_of
from xero_pipeline.ledger.statements.lines import (
    Amounts,
    Line,
    StatementLine,
    added,
    in_sections,
    less,
    numbered,
    total,
)
from xero_pipeline.ledger.statements.periods import Period
from xero_pipeline.ledger.statements.sections import ASSETS, CURRENT_YEAR, EQUITY, LIABILITIES, Section

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection

    from xero_pipeline.ledger.cash_basis.lines import Basis
    from xero_pipeline.ledger.statements.chart import Account

BELOW = " > "
"""Between headings that stand one under the other."""

_Sections = Mapping[Section, Sequence[Line]]


def balance_sheet(
    connection: Connection, tenant_id: str, day: date, *, basis: Basis = "accrual"
) -> tuple[StatementLine, ...]:
    """The balance sheet of a day, in Xero's standard layout.

    Current Year Earnings is the profit since the financial year began; that of earlier years is in retained earnings.

    Args:
        connection: To the warehouse; reading is enough.
        basis: When income and expenses count.

    Raises:
        ConfigurationError: The warehouse does not know the organisation.
    """
    entity, period = entity_of(connection, tenant_id), Period(day, day)
    chart = chart_of(connection, tenant_id)
    return of_balances(account_balances(connection, entity, chart, [period], basis=basis)[period], chart.earnings)


def of_balances(found: Sequence[AccountBalance], earnings_id: str = EARNINGS_ID) -> tuple[StatementLine, ...]:
    """The balance sheet that sums until a day make.

    Args:
        earnings_id: What stands for an account's id on the line Current Year Earnings.
    """
    return numbered(statement(((one.account, (one.balance,)) for one in found), 1, earnings_id))


def statement(accounts: Iterable[tuple[Account, Amounts]], width: int, earnings_id: str) -> Iterator[Line]:
    """Lay balances out under their headings, with the totals Xero draws.

    Args:
        accounts: All accounts with their balances, debit positive; income and expenses are the year's earnings.
        width: How many amounts each has.
        earnings_id: As for `of_balances`.
    """
    every = list(accounts)
    by_section = in_sections((account, amounts) for account, amounts in every if not account.is_result)
    results = added((amounts for account, amounts in every if account.is_result), width)
    earnings = Line(EQUITY.title, "account", earnings_id, CURRENT_YEAR, less((ZERO,) * width, results))
    yield from _sheet(by_section, earnings, width)


def _sheet(by_section: _Sections, earnings: Line, width: int) -> Iterator[Line]:
    assets, liabilities = (_sum(by_section, side, width) for side in (ASSETS, LIABILITIES))
    yield from _side(by_section, "Assets", ASSETS, width)
    yield total("Assets", "Total Assets", assets)
    yield from _side(by_section, "Liabilities", LIABILITIES, width)
    yield total("Liabilities", "Total Liabilities", liabilities)
    yield total("", "Net Assets", less(assets, liabilities))
    lines = list(by_section.get(EQUITY, ()))
    if any(earnings.amounts):
        lines = sorted([*lines, earnings], key=lambda line: line.account_name)
    if lines:
        yield from lines
        yield total(EQUITY.title, EQUITY.total, added((line.amounts for line in lines), width))


def _side(by_section: _Sections, side: str, sections: Iterable[Section], width: int) -> Iterator[Line]:
    for section in sections:
        if lines := by_section.get(section):
            heading = f"{side}{BELOW}{section.title}"
            yield from (replace(line, section=heading) for line in lines)
            yield total(heading, section.total, added((line.amounts for line in lines), width))


def _sum(by_section: _Sections, sections: Iterable[Section], width: int) -> Amounts:
    return added((line.amounts for section in sections for line in by_section.get(section, ())), width)
