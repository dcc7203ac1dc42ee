"""Amounts in other currencies, turned into the organisation's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

CENT = Decimal("0.01")


def in_base_currency(amount: Decimal, rate: Decimal | None) -> Decimal:
    """An amount in the base currency, to the cent.

    Args:
        amount: In the document's currency.
        rate: Xero's rate of the document: so much of its currency is one of the base currency.
    """
    return (amount / rate if rate else amount).quantize(CENT, ROUND_HALF_UP)


def total(rows: Iterable[Mapping[str, Any]]) -> Decimal:
    """The sum of rows with an `amount` and a `rate`.

    Args:
        rows: As a query gives them.
    """
    return sum((in_base_currency(row["amount"], row["rate"]) for row in rows), Decimal("0.00"))
