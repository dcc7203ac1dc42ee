"""Finds the likely cause of every amount that no document shows, month by month, by the tables in `cause_rules`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import combinations, groupby

from xero_pipeline.ledger.reconcile.cause_rules import (
    CONVERSION,
    UNKNOWN,
    CauseRule,
    ContraRule,
    cause_rules,
    contra_rules,
)
from xero_pipeline.ledger.reconcile.reconciling_items import ReconcilingItem

_CANDIDATES = 24
"""Among more accounts than these only all together are tried: some of so many would add up to anything."""
_FEW = 3
"""As many accounts are looked for one by one, or left out of all."""


def with_causes(amounts: Iterable[ReconcilingItem], named: Mapping[str, str]) -> list[tuple[ReconcilingItem, str]]:
    """Every amount with its likely cause.

    Args:
        amounts: In the order of their months.
        named: The causes that somebody named, by account id: they come first.
    """
    found: list[tuple[ReconcilingItem, str]] = []
    for _, month in groupby(amounts, key=lambda one: one.number):
        rows = list(month)
        causes = [CONVERSION if one.begins else named.get(one.account_id, _by_part(one)) for one in rows]
        _pair_contra_accounts(rows, causes)
        causes[:] = [_by_name(one) if cause == UNKNOWN else cause for one, cause in zip(rows, causes, strict=True)]
        _pair_contra_accounts(rows, causes)
        found += zip(rows, causes, strict=True)
    return found


def _by_part(one: ReconcilingItem) -> str:
    for sign in cause_rules():
        if one.system_account in sign.system_accounts or one.type in sign.types:
            return sign.cause
    return UNKNOWN


def _by_name(one: ReconcilingItem) -> str:
    fitting = (sign for sign in cause_rules() if not one.is_busy and _matches_name(sign, one))
    return next((sign.cause for sign in fitting), UNKNOWN)


def _matches_name(sign: CauseRule, one: ReconcilingItem) -> bool:
    return any(f" {word}" in one.words for word in sign.words)


def _pair_contra_accounts(rows: Sequence[ReconcilingItem], causes: list[str]) -> None:
    """Give what faces a cause that cause, rule by rule."""
    for facing in contra_rules():
        if facing.begins is None:
            if facing.cause in causes:
                _pairs(facing, (), rows, causes)
            continue
        first = [place for place, cause in enumerate(causes) if cause == UNKNOWN and facing.begins(rows[place])]
        known = sum((rows[place].amount for place, cause in enumerate(causes) if cause in facing.moves), Decimal(0))
        if not first or not facing.holds([rows[place].amount for place in first], known):
            continue
        if not _pairs(facing, first, rows, causes) and facing.one_by_one:
            for place in first:
                _pairs(facing, [place], rows, causes)


def _pairs(facing: ContraRule, first: Sequence[int], rows: Sequence[ReconcilingItem], causes: list[str]) -> bool:
    """Give a rule's cause to what faces it, and to those it begins with; whether anything does."""
    known = [place for place, cause in enumerate(causes) if cause in facing.moves]
    moved = [rows[place].amount for place in (*known, *first)]
    total = sum(moved, Decimal(0))
    others = [
        place
        for place, cause in enumerate(causes)
        if cause == UNKNOWN and place not in first and facing.may_face(rows[place])
    ]
    if facing.no_larger:
        most = sum((abs(amount) for amount in moved), Decimal(0))
        others = [place for place in others if abs(rows[place].amount) <= most]
    chosen = _adding_up(others, rows, -total)
    if total and not chosen:
        return False
    for place in (*chosen, *first):
        causes[place] = facing.cause
    return True


def _adding_up(places: Sequence[int], rows: Sequence[ReconcilingItem], wanted: Decimal) -> tuple[int, ...]:
    """The accounts whose amounts come to what is wanted, to the cent: all, else as few as can be, else all but few.

    None where that is not certain: several choices of one size, or none at all.
    """
    if not wanted or not places:
        return ()
    everything = sum((rows[place].amount for place in places), Decimal(0))
    if everything == wanted:
        return tuple(places)
    if len(places) > _CANDIDATES:
        return ()
    for left_out, target in ((False, wanted), (True, everything - wanted)):
        for size in range(1, min(_FEW, len(places) - 1) + 1):
            fitting = [
                some
                for some in combinations(places, size)
                if sum((rows[place].amount for place in some), Decimal(0)) == target
            ]
            if len(fitting) == 1:
                return tuple(place for place in places if place not in fitting[0]) if left_out else fitting[0]
            if fitting:
                return ()
    return ()
