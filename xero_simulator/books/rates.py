"""Exchange rates: made up, the same for every organisation and every run."""

from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal
from functools import lru_cache

from xero_simulator.books.country import Country
from xero_simulator.values.amounts import ONE_RATE


def rate_on(country: Country, currency: str, day: dt.date) -> Decimal:
    """Units of a currency for one unit of base currency, with six decimals.

    Args:
        day: The day of the rate.
    """
    if currency == country.currency:
        return ONE_RATE
    return _rate(country.currency, currency, dict(country.foreign)[currency], day.toordinal())


@lru_cache(maxsize=16_384)
def _rate(base: str, currency: str, millionths: int, day: int) -> Decimal:
    pair = f"{base}/{currency}"
    salt = int.from_bytes(hashlib.blake2b(pair.encode(), digest_size=2).digest(), "big")
    noise = hashlib.blake2b(f"{pair}/{day}".encode(), digest_size=1).digest()[0] - 128
    per_100_000 = _wave(day + salt, 410, 4_000) + _wave(day + salt, 43, 1_100) + noise
    return Decimal(millionths * (100_000 + per_100_000) // 100_000).scaleb(-6)


def _wave(day: int, period: int, height: int) -> int:
    """A triangle wave between minus and plus its height."""
    place = day % period
    return height - abs(4 * height * place // period - 2 * height)
