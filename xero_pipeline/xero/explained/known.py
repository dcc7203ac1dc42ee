"""What is known before a list is composed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

Unexplained = tuple[str, date, Decimal]
"""An account, the end of a month, and what no document shows of it then: debit positive, in base currency."""


@dataclass(frozen=True, slots=True)
class KnownBefore:
    """What is known before a list is composed.

    Args:
        records: The records there are, by their ids, as JSON.
        is_full: Everything is to be read again, whatever is known.
        unexplained: What no document shows, by account and month.
    """

    records: Callable[[], Mapping[str, str]] = dict
    is_full: bool = False
    unexplained: Callable[[], Sequence[Unexplained]] = tuple
