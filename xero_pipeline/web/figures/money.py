"""Amounts in other currencies, turned into the organisation's own."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def in_base_currency(amount: Decimal, rate: Decimal | None) -> Decimal:
    """An amount in the base currency, to the cent.

    Args:
        amount: In the document's currency.
        rate: Xero's rate of the document: so much of its currency is one of the base currency.
    """
    return (amount / rate if rate else amount).quantize(CENT, ROUND_HALF_UP)
