"""How the calls of a day for reading again are shared between the collections of an organisation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Demand:
    """What a collection could use today.

    Args:
        calls: To read everything once, and to ask for what is missing.
        days: Since its last turn.
    """

    calls: int
    days: int


def allocate_calls(needs: Mapping[str, Demand], calls: int) -> dict[str, int]:
    """Share calls by size and staleness, one after the other to whoever is furthest from its due.

    So every collection comes round in about the same time, whatever its size: one that is too small for a call a day
    waits until its days add up to one.

    Args:
        calls: How many there are.

    Returns:
        By collection; never more than it can use, and together all calls or all needs.
    """
    given = dict.fromkeys(needs, 0)
    for _ in range(calls):
        hungry = [name for name, need in needs.items() if given[name] < need.calls]
        if not hungry:
            break
        given[max(hungry, key=lambda name: (needs[name].calls * needs[name].days / (given[name] + 1), name))] += 1
    return given
