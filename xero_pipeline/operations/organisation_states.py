"""Which organisations need somebody: the states an organisation can be in, the worst first, and a search over them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from xero_pipeline import clock
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.sync.read_plan import GRACE

STALE_AFTER = timedelta(days=1) + GRACE
CONSENT_FADES = timedelta(days=10)
"""Before its end: somebody should sync, or connect again."""
UP_TO_DATE = "up-to-date"

Told = Mapping[str, Any]
"""An organisation as `organisation_statuses` tells it."""


@dataclass(frozen=True, slots=True)
class State:
    """A state that organisations can be in, several at once.

    Args:
        label: What people read.
        holds: Whether an organisation is in it now.
    """

    label: str
    holds: Callable[[Told, datetime], bool]


def _is_stale(one: Told, now: datetime) -> bool:
    return _is_readable(one) and (one["last_sync"] is None or now - one["last_sync"] > STALE_AFTER)


def _is_readable(one: Told) -> bool:
    """Whether it may be synced, and the warehouse, which knows when it was, could be read."""
    return one["status"] == "connected" and one.get("last_sync_known", True)


def consent_fades(one: Told, now: datetime) -> bool:
    """Whether the consent of an organisation ends soon if nothing is synced until then."""
    return bool(one["consent_ends_at"]) and one["consent_ends_at"] - now < CONSENT_FADES


STATES: Mapping[str, State] = {
    "needs-consent": State("Needs a new consent", lambda one, _: one["status"] == "needs re-consent"),
    "failed": State("Last run failed", lambda one, _: bool(one.get("problem"))),
    "issues": State("Open issues", lambda one, _: bool(one["issues"])),
    "stale": State("Not synced for a day", _is_stale),
    "waiting": State("Waiting for calls", lambda one, _: bool(one["waiting"])),
    UP_TO_DATE: State("Up to date", lambda one, _: _is_readable(one)),
    "disconnected": State("Disconnected", lambda one, _: one["status"] == "disconnected"),
    "syncing": State("Syncing now", lambda one, _: bool(one.get("sync"))),
}
"""By the word for it in addresses, options and JSON, the worst first; up to date is who is in none of those before."""
OF_RUNS = ("failed", "syncing")
"""Those that nobody knows without a look at Dagster's runs."""
_RANK = {name: rank for rank, name in enumerate(STATES)}


@dataclass(frozen=True, slots=True)
class Listing:
    """Some of the organisations, the worst first.

    Args:
        organisations: Those that were searched for, each with its `states`.
        counts: How many of those that the search alone finds are in each state.
        total: How many those are.
    """

    organisations: Sequence[Told]
    counts: Mapping[str, int]
    total: int


def listed(organisations: Iterable[Told], search: str = "", state: str = "", *, runs: bool = True) -> Listing:
    """Look organisations up.

    Args:
        organisations: All of them.
        search: Part of the name, or of the tenant id, in any case of letters; empty for all.
        state: One of `STATES`; empty for all.
        runs: Whether it is known how their runs went.

    Raises:
        ConfigurationError: There is no such state.
    """
    known = [name for name in STATES if runs or name not in OF_RUNS]
    if state and state not in known:
        raise ConfigurationError(f"There is no state “{state}”. Choose one of {', '.join(known)}.")
    wanted, now = search.strip().casefold(), clock.now()
    found: list[dict[str, Any]] = [
        {**one, "states": _states_of(one, known, now)}
        for one in organisations
        if wanted in one["name"].casefold() or wanted in one["tenant_id"].casefold()
    ]
    counts = {name: sum(name in one["states"] for one in found) for name in known}
    chosen = [one for one in found if not state or state in one["states"]]
    # The name itself has been put in order by the register.
    chosen.sort(key=lambda one: min((_RANK[name] for name in one["states"]), default=_RANK[UP_TO_DATE]))
    return Listing(chosen, counts, len(found))


def _states_of(one: Told, known: Sequence[str], now: datetime) -> list[str]:
    found: list[str] = []
    for name in known:
        if STATES[name].holds(one, now) and (name != UP_TO_DATE or not found):
            found.append(name)
    return found
