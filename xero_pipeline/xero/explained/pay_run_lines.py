"""The lines of a pay run: sums over all of its employees, by pay item and account.

An employee's amounts go in, and only sums come out. Debits are positive, credits negative.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from xero_pipeline.xero.explained.composed_list import ZERO

Lines = tuple[list[dict[str, Any]], str | None]
"""The lines of a pay run, or why there are none."""


class PayrollAccount(NamedTuple):
    """An account as a payroll API names it: by its id or by its code; by neither where the API does not say."""

    account_id: str | None = None
    code: str | None = None


NOWHERE = PayrollAccount()


class PayItem(NamedTuple):
    """What a line is for.

    Args:
        kind: EARNINGS, TAX, NET PAY and so on: the same words in all countries.
        item_id: Xero's id of the pay item, where there is one.
        name: Its name.
    """

    kind: str
    item_id: str | None = None
    name: str | None = None


@dataclass(slots=True)
class Sums:
    """What a pay run comes to."""

    _amounts: dict[tuple[PayItem, PayrollAccount], Decimal] = field(
        default_factory=dict[tuple[PayItem, PayrollAccount], Decimal]
    )

    def debit(self, item: PayItem, account: PayrollAccount, amount: Decimal) -> None:
        """Add to what an expense is charged with."""
        self._amounts[item, account] = self._amounts.get((item, account), ZERO) + amount

    def credit(self, item: PayItem, account: PayrollAccount, amount: Decimal) -> None:
        """Add to what is owed."""
        self.debit(item, account, -amount)

    def total(self, *kinds: str) -> Decimal:
        """The sum of some kinds of lines."""
        return sum((amount for (item, _), amount in self._amounts.items() if item.kind in kinds), ZERO)

    def posted(self) -> Lines:
        """The lines as a record has them, but for what comes to nothing; none if an account of them is not known."""
        entries = sorted((entry for entry in self._amounts.items() if entry[1]), key=_order)
        for (item, account), _ in entries:
            if account == NOWHERE:
                return [], f"Xero does not say which account its {item.kind.lower()} is on"
        lines = [
            {
                "Kind": item.kind,
                "PayItemID": item.item_id,
                "PayItem": item.name,
                "AccountID": account.account_id,
                "AccountCode": account.code,
                "LineAmount": amount,
            }
            for (item, account), amount in entries
        ]
        return lines, None


def _order(entry: tuple[tuple[PayItem, PayrollAccount], Decimal]) -> tuple[str, ...]:
    (item, account), _ = entry
    return tuple(part or "" for part in (*item, *account))


def only(accounts: Iterable[PayrollAccount]) -> PayrollAccount:
    """The account that all of some pay items are on; `NOWHERE` if there are several."""
    found = set(accounts)
    return found.pop() if len(found) == 1 else NOWHERE
