"""Consolidated statements: columns for organisations, eliminations, group journals and owners outside the group.

They are by whole months, as all of the group is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import text

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.ledger.consolidation.balances import GROUP_ACCOUNT
from xero_pipeline.ledger.consolidation.group_accounts import MINORITY_EARNINGS_NAME
from xero_pipeline.ledger.schema import has_ledger
from xero_pipeline.ledger.statements import balance_sheet, profit_and_loss
from xero_pipeline.ledger.statements.chart import EARNINGS_ID, ZERO, Account
from xero_pipeline.ledger.statements.columns import SideBySide, StatementColumn, label_of
from xero_pipeline.ledger.statements.lines import Amounts, Line, added, total
from xero_pipeline.ledger.tables import named
from xero_pipeline.warehouse.organisation_names import NAMED

if TYPE_CHECKING:
    from decimal import Decimal

    from sqlalchemy import Connection

    from xero_pipeline.ledger.statements.periods import Period

_ROWS = f"""
SELECT b.source, b.tenant_id, n.name, {", ".join(f"b.{name}" for name in GROUP_ACCOUNT)}, b.currency_code,
    b.movement, CASE b.period_end WHEN :end THEN b.balance ELSE 0 END AS balance
FROM {named("group_balances")} AS b LEFT JOIN {NAMED} AS n ON n.tenant_id = b.tenant_id
WHERE b.period_start >= :start AND b.period_end <= :end
ORDER BY n.name, b.tenant_id
"""
MINORITY = "minority"
_SOURCES = (
    ("elimination", "Eliminations"),
    ("journal", "Group journals"),
    (MINORITY, "Non-controlling interests"),
)
CONSOLIDATED = "Consolidated"
_CLASSES = {
    "ASSET": "Assets",
    "LIABILITY": "Liabilities",
    "EQUITY": "Equity",
    "REVENUE": "Revenue",
    "EXPENSE": "Expenses",
}
_ByColumn = dict[str, "Decimal"]


@dataclass(frozen=True, slots=True)
class GroupBooks:
    """What the group's statements of a period are drawn from.

    Args:
        movements: Of each account of the group what moved in the period, by column; debit positive.
        balances: Likewise what stands at its end.
        columns: The keys of the columns, each with its label, in order.
    """

    currency: str
    period: Period
    movements: dict[Account, _ByColumn]
    balances: dict[Account, _ByColumn]
    columns: Sequence[tuple[str, str]]

    def side_by_side(self, lines: Iterable[Line], days: str) -> SideBySide:
        """The lines under the heads of the columns.

        Args:
            days: Which days they are of, in words.
        """
        heads = (*(label for _, label in self.columns), CONSOLIDATED)
        return SideBySide(tuple(StatementColumn(head, self.period, days) for head in heads), tuple(lines))

    @property
    def width(self) -> int:
        """How many amounts a line has."""
        return len(self.columns) + 1

    def aligned(
        self, amounts: dict[Account, _ByColumn], wanted: Callable[[Account], bool] = lambda _: True
    ) -> list[tuple[Account, Amounts]]:
        """Accounts with an amount for each column, and their sum."""
        found: list[tuple[Account, Amounts]] = []
        for account, by_column in amounts.items():
            if wanted(account):
                row = [by_column.get(key, ZERO) for key, _ in self.columns]
                found.append((account, (*row, sum(row, ZERO))))
        return found


def group_books(connection: Connection, period: Period) -> GroupBooks:
    """Read what the group's statements of some months are drawn from.

    Args:
        connection: To the warehouse; reading is enough.
        period: Whole months.

    Raises:
        ConfigurationError: There is no consolidation of these months, or a rate is missing in them.
    """
    asked = {"start": period.start, "end": period.end}
    rows = list(connection.execute(text(_ROWS), asked)) if has_ledger(connection) else []
    if not rows:
        raise ConfigurationError(
            f"Nothing is consolidated from {period.start} to {period.end}. `xero-pipeline rates` says which "
            "months are, and what is missing."
        )
    movements: dict[Account, _ByColumn] = defaultdict(lambda: defaultdict(lambda: ZERO))
    balances: dict[Account, _ByColumn] = defaultdict(lambda: defaultdict(lambda: ZERO))
    columns: dict[str, str] = {}
    for source, tenant_id, name, account_id, code, label, class_, type_, _, movement, balance in rows:
        if movement is None or balance is None:
            raise ConfigurationError(
                f"A rate is missing between {period.start} and {period.end}, so the group has no statement of these "
                "months. `xero-pipeline rates` says which."
            )
        account = Account(account_id, code, label, type_ or "", class_)
        key = tenant_id if source == "organisation" else source
        if source == "organisation":
            columns[key] = name
        movements[account][key] += movement
        balances[account][key] += balance
    used = {
        key for by_column in (*movements.values(), *balances.values()) for key, amount in by_column.items() if amount
    }
    others = [(key, label) for key, label in _SOURCES if key in used or key == "elimination"]
    return GroupBooks(rows[0][8], period, movements, balances, (*columns.items(), *others))


def consolidated_profit_and_loss(books: GroupBooks) -> SideBySide:
    """Income, costs and profit, and whose the profit is where others own a part of an organisation."""
    books = replace(books, columns=[one for one in books.columns if one[0] != MINORITY])
    accounts = books.aligned(books.movements, lambda account: account.is_result)
    lines = list(profit_and_loss.statement(accounts, books.width, folds_gains=False))
    shares = [amounts for account, amounts in books.movements.items() if account.name == MINORITY_EARNINGS_NAME]
    if shares:
        nothing, profit = (ZERO,) * len(books.columns), lines[-1].amounts[-1]
        share = sum((amount for amounts in shares for amount in amounts.values()), ZERO)
        lines.append(total("", "Of non-controlling interests", (*nothing, share)))
        lines.append(total("", "Of owners of the parent", (*nothing, profit - share)))
    return books.side_by_side(lines, label_of(books.period))


def consolidated_balance_sheet(books: GroupBooks) -> SideBySide:
    """Assets, liabilities and equity at the end of the last month."""
    accounts = books.aligned(books.balances)
    lines = balance_sheet.statement(accounts, books.width, EARNINGS_ID)
    return books.side_by_side(lines, books.period.end.isoformat())


def consolidated_trial_balance(books: GroupBooks) -> SideBySide:
    """The balance of every account at the end of the last month, debit positive: each column sums to zero."""
    accounts = books.aligned(books.balances)
    lines = [
        Line(_CLASSES[account.account_class], "account", account.account_id, _called(account), amounts)
        for account, amounts in sorted(accounts, key=_place)
        if any(amounts)
    ]
    lines.append(total("", "Total", added((line.amounts for line in lines), books.width)))
    return books.side_by_side(lines, books.period.end.isoformat())


def _called(account: Account) -> str:
    return f"{account.name} ({account.code})" if account.code else account.name


def _place(one: tuple[Account, Amounts]) -> tuple[int, str, str]:
    account = one[0]
    return list(_CLASSES).index(account.account_class), account.code or "", account.name
