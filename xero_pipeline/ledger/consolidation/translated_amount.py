"""Amounts in two currencies: exact, rounded to the cent where one becomes the other, empty where a rate is missing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class TranslatedAmount:
    """The same in base currency and translated.

    Args:
        base: In base currency, debit positive.
        translated: In the presentation currency; None where a rate is missing.
    """

    base: Decimal = ZERO
    translated: Decimal | None = ZERO

    def __add__(self, other: TranslatedAmount) -> TranslatedAmount:
        return TranslatedAmount(self.base + other.base, added(self.translated, other.translated))

    def __neg__(self) -> TranslatedAmount:
        return TranslatedAmount(-self.base, negative(self.translated))

    def __bool__(self) -> bool:
        return bool(self.base) or self.translated is None or bool(self.translated)


NOTHING = TranslatedAmount()


def times(amount: Decimal, rate: Decimal | None) -> Decimal | None:
    """An amount at a rate, rounded half up (away from zero) to the cent; None without a rate.

    Args:
        amount: In the one currency.
        rate: Units of the other for one unit of it.
    """
    if not amount:
        return ZERO
    if rate is None:
        return None
    wide = Context(prec=60)
    return wide.multiply(amount, rate).quantize(CENT, rounding=ROUND_HALF_UP, context=wide)


def shared(amount: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    """The share `amount * part / whole`, rounded half up (away from zero) to the cent.

    Args:
        amount: What is shared out.
        part: Of the whole.
        whole: Not 0.
    """
    if part == whole:
        return amount
    wide = Context(prec=60)
    return wide.divide(wide.multiply(amount, part), whole).quantize(CENT, rounding=ROUND_HALF_UP, context=wide)


def added(*amounts: Decimal | None) -> Decimal | None:
    """The sum; None where one is missing."""
    total = ZERO
    for one in amounts:
        if one is None:
            return None
        total += one
    return total


def negative(amount: Decimal | None) -> Decimal | None:
    """The amount with the other sign.

    Args:
        amount: None stays None.
    """
    return None if amount is None else -amount
