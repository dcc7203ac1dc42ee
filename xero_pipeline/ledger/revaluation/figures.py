"""What is open in other currencies on a day, and the balances of Xero's that one rate a currency must explain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Literal

Group = Literal["documents", "banks"]
"""What is revalued against one account of gains: documents (unrealised gains), bank accounts (bank revaluations)."""

RATE_DIGITS = 10
"""Decimals of a rate, at most."""
_CENTS = 2
_FOREIGN_DIGITS = 4


@dataclass(frozen=True, slots=True)
class OpenItem:
    """A document or a bank account in another currency at the close of a day.

    Args:
        account_id: What it stands on: receivables, payables, or the bank account itself.
        foreign: What is open of it, debit positive, in its currency.
        base: The same in base currency, at the rates it was booked at.
        document_id: The document; None for a bank account.
        rate: The document's own; None for a bank account.
    """

    account_id: str
    currency: str
    foreign: Decimal
    base: Decimal
    document_id: str | None = None
    source_table: str | None = None
    rate: Decimal | None = None

    @property
    def group(self) -> Group:
        """Which account of gains faces it."""
        return "documents" if self.document_id else "banks"

    def value_at(self, rate: int) -> Decimal:
        """Its worth in base currency at a rate; as for `cents_at`."""
        return Decimal(cents_at([_whole(self.foreign)], rate)).scaleb(-_CENTS)


@dataclass(frozen=True)
class Figure:
    """A balance of Xero's, as far as it is the worth of open items.

    Args:
        items: Those that are worth something.
        value: What all of them are worth together in Xero's report, in base currency.
    """

    items: Sequence[OpenItem]
    value: Decimal

    @cached_property
    def amounts(self) -> Mapping[str, Sequence[int]]:
        """What is open by currency, in whole ten-thousandths."""
        found: dict[str, list[int]] = {}
        for item in self.items:
            found.setdefault(item.currency, []).append(_whole(item.foreign))
        return found

    @property
    def cents(self) -> int:
        """The value in cents."""
        return int(self.value.scaleb(_CENTS))


def cents_at(amounts: Iterable[int], rate: int) -> int:
    """What amounts of one currency are worth at a rate, in cents, each rounded half up on its own as Xero rounds.

    Args:
        amounts: In ten-thousandths.
        rate: Times 10 to the power of `RATE_DIGITS`.
    """
    total, twice = 0, 2 * rate
    for amount in amounts:
        cents = (2 * cents_of_one(abs(amount)) + rate) // twice
        total += cents if amount >= 0 else -cents
    return total


def cents_of_one(amount: int) -> int:
    """What an amount is worth in cents, times the rate: the numerator of the division."""
    return amount * 10 ** (RATE_DIGITS + _CENTS - _FOREIGN_DIGITS)


def _whole(foreign: Decimal) -> int:
    return int(foreign.scaleb(_FOREIGN_DIGITS))
