"""What no document shows on an account in a month."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class ReconcilingItem:
    """What no document shows on an account in a month.

    Args:
        number: Of the month.
        amount: Debit positive.
        balance: Of the account at the end of the month, debit positive.
        system_account: The part it plays for Xero itself.
        begins: The month is the first with any balance, or before: these are what the books began with.
    """

    number: int
    account_id: str
    amount: Decimal
    balance: Decimal
    type: str | None
    account_class: str | None
    system_account: str | None
    name: str | None
    begins: bool

    @property
    def is_busy(self) -> bool:
        """Whether documents move it every day, so that its name excuses nothing."""
        return self.system_account in {"DEBTORS", "CREDITORS"} or self.type == "BANK"

    @property
    def words(self) -> str:
        """The words of its name in lower case, each between blanks."""
        return f" {re.sub('[^a-z]+', ' ', (self.name or '').lower())} "
