"""Lines of a statement: accounts by name under their heading, then the total of the heading, as Xero draws them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from xero_pipeline.ledger.statements.chart import ZERO, Account
from xero_pipeline.ledger.statements.sections import FX_ACCOUNTS, FX_GROUP, FX_NAME, Section, section_of

GROSS_PROFIT, NET_PROFIT = "Gross Profit", "Net Profit"
"""Lines between the sections of a profit and loss."""
LineType = Literal["account", "total"]
Amounts = tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line with an amount for every column.

    Args:
        section: The headings above it; empty for lines between the sections.
        amounts: With the sign Xero shows.
    """

    section: str
    line_type: LineType
    account_id: str | None
    account_name: str
    amounts: Amounts


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line of a statement, as in `ledger.profit_and_loss` and `ledger.balance_sheet`.

    Args:
        position: Place in the statement, counted from 1.
        section: The headings above it, from the outermost; empty for lines between the sections.
        amount: In base currency, with the sign Xero shows.
    """

    position: int
    section: str
    line_type: LineType
    account_id: str | None
    account_name: str
    amount: Decimal


def in_sections(
    accounts: Iterable[tuple[Account, Amounts]], *, folds_gains: bool = False
) -> Mapping[Section, Sequence[Line]]:
    """The account lines by section, each section's by name; lines without any amount are left out.

    Args:
        accounts: Accounts with their amounts, debit positive.
        folds_gains: Whether to put the accounts of currency gains together.
    """
    found: dict[Section, list[Line]] = {}
    gains: dict[Section, list[Amounts]] = {}
    for account, amounts in accounts:
        section, shown = section_of(account), tuple(account.shown(amount) for amount in amounts)
        if not any(shown):
            continue
        if folds_gains and account.system_account in FX_ACCOUNTS:
            gains.setdefault(section, []).append(shown)
        else:
            line = Line(section.title, "account", account.account_id, account.name, shown)
            found.setdefault(section, []).append(line)
    for section, parts in gains.items():
        line = Line(section.title, "account", FX_GROUP, FX_NAME, added(parts, len(parts[0])))
        found.setdefault(section, []).append(line)
    return {section: sorted(lines, key=_by_name) for section, lines in found.items()}


def added(parts: Iterable[Amounts], width: int) -> Amounts:
    """The sum of amounts, column by column.

    Args:
        width: How many columns there are, also where there are no parts.
    """
    rows = list(parts)
    return tuple(sum((row[column] for row in rows), ZERO) for column in range(width))


def less(plus: Amounts, *minus: Amounts) -> Amounts:
    """Amounts less others, column by column."""
    return tuple(amount - sum((part[column] for part in minus), ZERO) for column, amount in enumerate(plus))


def total(section: str, label: str, amounts: Amounts) -> Line:
    """A line that is a sum."""
    return Line(section, "total", None, label, amounts)


def numbered(lines: Iterable[Line]) -> tuple[StatementLine, ...]:
    """The lines of a statement of one column, with their places."""
    return tuple(
        StatementLine(place, line.section, line.line_type, line.account_id, line.account_name, line.amounts[0])
        for place, line in enumerate(lines, start=1)
    )


def _by_name(line: Line) -> tuple[str, str]:
    return line.account_name, line.account_id or ""
