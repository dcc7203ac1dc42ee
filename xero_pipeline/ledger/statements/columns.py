"""Statements with several columns: other periods, parts of the period, or the options of a tracking category.

Every column holds what the statement of its period alone says. A line is there if any column has an amount for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, get_args

from xero_pipeline.calendar import add_months, month_end, month_start
from xero_pipeline.ledger.statements import balance_sheet, profit_and_loss
from xero_pipeline.ledger.statements.balances import AccountBalance, account_balances
from xero_pipeline.ledger.statements.chart import ZERO, chart_of
from xero_pipeline.ledger.statements.entity import entity_of
from xero_pipeline.ledger.statements.periods import ONE_DAY, Period

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from xero_pipeline.ledger.cash_basis.lines import Basis
    from xero_pipeline.ledger.statements.chart import Account
    from xero_pipeline.ledger.statements.lines import Amounts, Line
    from xero_pipeline.ledger.statements.periods import YearEnd

Comparison = Literal["prior-period", "prior-year", "year-to-date"]
Part = Literal["month", "quarter"]
COMPARISONS: tuple[Comparison, ...] = get_args(Comparison)
PARTS: tuple[Part, ...] = get_args(Part)
_MONTHS: Mapping[Part, int] = {"month": 1, "quarter": 3}
TOTAL = "Total"


@dataclass(frozen=True, slots=True)
class StatementColumn:
    """One column of amounts.

    Args:
        label: What stands above it.
        period: Of which days; of a balance sheet only the last counts.
        days: The same in words, where the label does not say it.
        is_compared: Whether what changed since then is told beside it.
    """

    label: str
    period: Period
    days: str = ""
    is_compared: bool = False


@dataclass(frozen=True, slots=True)
class SideBySide:
    """A statement with several columns: each line has an amount for each of them."""

    columns: tuple[StatementColumn, ...]
    lines: tuple[Line, ...]


def beside(period: Period, comparisons: Iterable[Comparison], year_end: YearEnd) -> tuple[StatementColumn, ...]:
    """The period, and the ones it is compared with.

    Before whole months come as many whole months; before other days as many days.

    Args:
        year_end: When the financial year ends, which a year to date begins after.
    """
    others = [
        StatementColumn(name.replace("-", " ").capitalize(), other, label_of(other), name != "year-to-date")
        for name in dict.fromkeys(comparisons)
        for other in [_OTHER[name](period, year_end)]
    ]
    return (StatementColumn(label_of(period), period), *others)


def in_parts(period: Period, part: Part) -> tuple[StatementColumn, ...]:
    """The months or quarters of a period; the first and the last may be cut.

    Args:
        part: Quarters are counted from the period's first month.
    """
    found: list[StatementColumn] = []
    start = period.start
    while start <= period.end:
        end = min(month_end(add_months(month_start(start), _MONTHS[part] - 1)), period.end)
        found.append(StatementColumn(label_of(Period(start, end)), Period(start, end)))
        start = end + ONE_DAY
    return tuple(found)


def at_close_of(columns: Iterable[StatementColumn]) -> tuple[StatementColumn, ...]:
    """The same columns for a balance sheet, called by their last day."""
    return tuple(
        replace(one, days=one.period.end.isoformat()) if one.days else replace(one, label=one.period.end.isoformat())
        for one in columns
    )


def label_of(period: Period) -> str:
    """A period as the head of a column: Oct 2026, Aug 2026 to Oct 2026, 2026-10-05 to 2026-10-12."""
    first, last = f"{period.start:%b %Y}", f"{period.end:%b %Y}"
    if not period.is_months:
        first, last = period.start.isoformat(), period.end.isoformat()
    return first if first == last else f"{first} to {last}"


def profit_and_loss_by_period(
    connection: Connection, tenant_id: str, columns: Sequence[StatementColumn], *, basis: Basis = "accrual"
) -> SideBySide:
    """The profit and loss of every column's period.

    Args:
        connection: To the warehouse; reading is enough.
        basis: When income and expenses count.

    Raises:
        ConfigurationError: The warehouse does not know the organisation.
    """
    entity, chart = entity_of(connection, tenant_id), chart_of(connection, tenant_id)
    accounts = _aligned(
        account_balances(connection, entity, chart, _periods(columns), basis=basis),
        columns,
        lambda one: one.movement if one.account.is_result else ZERO,
    )
    lines = profit_and_loss.statement(accounts, len(columns), folds_gains=entity.folds_gains)
    return SideBySide(tuple(columns), tuple(lines))


def balance_sheet_by_day(
    connection: Connection, tenant_id: str, columns: Sequence[StatementColumn], *, basis: Basis = "accrual"
) -> SideBySide:
    """The balance sheet at the close of every column's last day; as `profit_and_loss_by_period`."""
    entity, chart = entity_of(connection, tenant_id), chart_of(connection, tenant_id)
    sums = account_balances(connection, entity, chart, _periods(columns), basis=basis)
    accounts = _aligned(sums, columns, lambda one: one.balance)
    return SideBySide(tuple(columns), tuple(balance_sheet.statement(accounts, len(columns), chart.earnings)))


def _periods(columns: Sequence[StatementColumn]) -> list[Period]:
    return list(dict.fromkeys(column.period for column in columns))


def _aligned(
    sums: Mapping[Period, Sequence[AccountBalance]],
    columns: Sequence[StatementColumn],
    amount: Callable[[AccountBalance], Decimal],
) -> list[tuple[Account, Amounts]]:
    """Every account with an amount for each column."""
    by_column = [{one.account: amount(one) for one in sums[column.period]} for column in columns]
    accounts = dict.fromkeys(account for found in by_column for account in found)
    return [(account, tuple(found.get(account, ZERO) for found in by_column)) for account in accounts]


def _before(period: Period, _: YearEnd) -> Period:
    if not period.is_months:
        return Period(period.start - (period.end - period.start) - ONE_DAY, period.start - ONE_DAY)
    months = (period.end.year - period.start.year) * 12 + period.end.month - period.start.month + 1
    return Period(add_months(period.start, -months), period.start - ONE_DAY)


def _a_year_before(period: Period, _: YearEnd) -> Period:
    end = add_months(period.end, -12)
    return Period(add_months(period.start, -12), month_end(end) if period.is_months else end)


def _year_to_date(period: Period, year_end: YearEnd) -> Period:
    return Period(year_end.start_of(period.end), period.end)


_OTHER: Mapping[Comparison, Callable[[Period, YearEnd], Period]] = {
    "prior-period": _before,
    "prior-year": _a_year_before,
    "year-to-date": _year_to_date,
}
