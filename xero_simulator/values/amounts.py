"""Money: whole cents while documents are made, exact decimals once they are records."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
ONE_RATE = Decimal("1.000000")


def money(cents: int) -> Decimal:
    """Whole cents as an amount with two decimals."""
    return Decimal(cents).scaleb(-2) if cents else ZERO


def cents(amount: Decimal) -> int:
    """An amount of at most two decimals as whole cents."""
    return int(amount.scaleb(2))


def divide_half_up(numerator: int, denominator: int) -> int:
    """A quotient rounded to the nearest whole number, halves away from zero, as invoices round."""
    sign = -1 if (numerator < 0) != (denominator < 0) else 1
    numerator, denominator = abs(numerator), abs(denominator)
    return sign * ((2 * numerator + denominator) // (2 * denominator))


def to_base(amount: Decimal, rate: Decimal) -> Decimal:
    """An amount in base currency: Xero's rate is units of foreign currency for one unit of base currency.

    Args:
        amount: In the document's currency.
    """
    if rate == 1:
        return amount.quantize(CENT, rounding=ROUND_HALF_UP)
    return (amount / rate).quantize(CENT, rounding=ROUND_HALF_UP)


def share_out(total: int, weights: Sequence[int]) -> list[int]:
    """Split whole cents by weights so that the parts add up to the total.

    Args:
        weights: Non-negative, not all zero.
    """
    whole = sum(weights)
    parts: list[int] = []
    seen = given = 0
    for weight in weights:
        seen += weight
        part = total * seen // whole - given
        given += part
        parts.append(part)
    return parts
