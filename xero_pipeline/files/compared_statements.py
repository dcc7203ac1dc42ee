"""Statements with the columns that `--compare` and `--by` ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xero_pipeline.calendar import month_start
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.ledger.statements import columns
from xero_pipeline.ledger.statements.columns import COMPARISONS, PARTS
from xero_pipeline.ledger.statements.entity import entity_of
from xero_pipeline.ledger.statements.periods import Period
from xero_pipeline.ledger.statements.tracking_columns import profit_and_loss_by_option

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy import Connection

    from xero_pipeline.ledger.cash_basis.lines import Basis
    from xero_pipeline.ledger.statements.columns import Comparison, SideBySide, StatementColumn
    from xero_pipeline.ledger.statements.periods import YearEnd


def profit_and_loss(
    connection: Connection,
    tenant_id: str,
    period: Period,
    compare: Sequence[str],
    by: str | None,
    basis: Basis = "accrual",
) -> SideBySide:
    """The profit and loss with the columns that were asked for.

    Args:
        compare: As given by `--compare`.
        by: As given by `--by`.
        basis: When income and expenses count.

    Raises:
        ConfigurationError: One of them is not known, or both were given.
    """
    if by and by.casefold() not in PARTS:
        _only_one(compare, by)
        return profit_and_loss_by_option(connection, tenant_id, period, by, basis=basis)
    year_end = entity_of(connection, tenant_id).year_end
    asked = _columns(period, compare, by, year_end)
    if by and len(asked) > 1:
        asked = (*asked, columns.StatementColumn(columns.TOTAL, period))
    return columns.profit_and_loss_by_period(connection, tenant_id, asked, basis=basis)


def balance_sheet(
    connection: Connection,
    tenant_id: str,
    day: date,
    compare: Sequence[str],
    by: str | None,
    basis: Basis = "accrual",
) -> SideBySide:
    """The balance sheet with the columns that were asked for: by month or quarter, those of the financial year.

    Args:
        compare: As given by `--compare`; the prior period is the month before.
        by: As given by `--by`.
        basis: When income and expenses count.

    Raises:
        ConfigurationError: One of them means nothing here, or both were given.
    """
    if "year-to-date" in compare:
        raise ConfigurationError("--compare year-to-date: a balance sheet is of a day. Compare it with prior-year.")
    if by and by.casefold() not in PARTS:
        raise ConfigurationError(f"--by {by}: a balance sheet has columns by {' or '.join(PARTS)}.")
    year_end = entity_of(connection, tenant_id).year_end
    period = Period(year_end.start_of(day) if by else month_start(day), day)
    asked = columns.at_close_of(_columns(period, compare, by, year_end))
    return columns.balance_sheet_by_day(connection, tenant_id, asked, basis=basis)


def _columns(period: Period, compare: Sequence[str], by: str | None, year_end: YearEnd) -> Sequence[StatementColumn]:
    if not by:
        return columns.beside(period, [_comparison(word) for word in compare], year_end)
    _only_one(compare, by)
    return columns.in_parts(period, next(part for part in PARTS if part == by.casefold()))


def _comparison(word: str) -> Comparison:
    for one in COMPARISONS:
        if one == word.casefold():
            return one
    raise ConfigurationError(f"--compare {word} is not known: name {', '.join(COMPARISONS)}.")


def _only_one(compare: Sequence[str], by: str) -> None:
    if compare:
        raise ConfigurationError(f"--compare and --by {by} exclude each other: name one of them.")
