"""The profit and loss of any range of days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from xero_pipeline.ledger.statements.balances import AccountBalance, account_balances
from xero_pipeline.ledger.statements.chart import chart_of
from xero_pipeline.ledger.statements.entity import entity_of
from xero_pipeline.ledger.statements.lines import (
    GROSS_PROFIT,
    NET_PROFIT,
    Line,
    StatementLine,
    added,
    in_sections,
    less,
    numbered,
    total,
)
from xero_pipeline.ledger.statements.periods import Period
from xero_pipeline.ledger.statements.sections import COST_OF_SALES, INCOME, OPERATING, OTHER_INCOME, PROFIT_AND_LOSS

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection

    from xero_pipeline.ledger.cash_basis.lines import Basis
    from xero_pipeline.ledger.statements.chart import Account
    from xero_pipeline.ledger.statements.lines import Amounts


def profit_and_loss(
    connection: Connection, tenant_id: str, start: date, end: date, *, basis: Basis = "accrual"
) -> tuple[StatementLine, ...]:
    """The profit and loss of a range, in Xero's standard layout; no range is too long.

    Args:
        connection: To the warehouse; reading is enough.
        basis: When income and expenses count.

    Raises:
        ConfigurationError: The warehouse does not know the organisation.
    """
    entity, period = entity_of(connection, tenant_id), Period(start, end)
    found = account_balances(connection, entity, chart_of(connection, tenant_id), [period], basis=basis)[period]
    return of_balances(found, folds_gains=entity.folds_gains)


def of_balances(found: Iterable[AccountBalance], *, folds_gains: bool) -> tuple[StatementLine, ...]:
    """The statement that sums of a period make.

    Args:
        folds_gains: Whether currency gains are one line.
    """
    moved = ((one.account, (one.movement,)) for one in found if one.account.is_result)
    return numbered(statement(moved, 1, folds_gains=folds_gains))


def statement(accounts: Iterable[tuple[Account, Amounts]], width: int, *, folds_gains: bool) -> Iterator[Line]:
    """Lay income and expenses out, with the totals Xero draws; a section without accounts is left out with its total.

    Args:
        accounts: Income and expense accounts with their amounts, debit positive.
        width: How many amounts each has.
        folds_gains: Whether currency gains are one line.
    """
    by_section = in_sections(accounts, folds_gains=folds_gains)
    totals = {
        section: added((line.amounts for line in by_section.get(section, ())), width) for section in PROFIT_AND_LOSS
    }
    for section in PROFIT_AND_LOSS:
        if section in by_section:
            yield from by_section[section]
            yield total(section.title, section.total, totals[section])
        if section is COST_OF_SALES:
            yield total("", GROSS_PROFIT, less(totals[INCOME], totals[COST_OF_SALES]))
    profit = less(added((totals[INCOME], totals[OTHER_INCOME]), width), totals[COST_OF_SALES], totals[OPERATING])
    yield total("", NET_PROFIT, profit)
