"""What Xero says about the calls that are left, and what follows for the next one.

Everything here is a pure function of what is known and the time; `usage_store` keeps the knowledge.
Source of the limits: Xero's page "OAuth 2.0 API limits": 60 calls a minute, 5,000 a day and 5 at once per organisation
and app, 10,000 a minute per app; the fixed minute and day begin at other times for each organisation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

MINUTE = 60.0
DAY = 86_400.0
# Added to a wait so that the call comes after the window's end and not at its very edge.
_PAST_THE_EDGE = 0.01


@dataclass(frozen=True, slots=True)
class Limits:
    """The calls left by one answer's headers; None where a header is missing.

    Args:
        minute_remaining: Of this organisation's current minute.
        day_remaining: Of this organisation's current day.
        app_minute_remaining: Of the app's current minute, over all organisations.
    """

    minute_remaining: int | None = None
    day_remaining: int | None = None
    app_minute_remaining: int | None = None

    @classmethod
    def from_headers(cls, headers: Mapping[str, str]) -> Limits:
        """Read Xero's limit headers; a value that is no number counts as missing.

        Args:
            headers: An answer's headers, looked up whatever their case (as `httpx.Headers` does).
        """
        return cls(
            _number(headers.get("X-MinLimit-Remaining")),
            _number(headers.get("X-DayLimit-Remaining")),
            _number(headers.get("X-AppMinLimit-Remaining")),
        )


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdecimal() else None


def effective_remaining(ours: int, theirs: int | None) -> int:
    """Calls left: by our own count, or by Xero's header when that is lower.

    Args:
        ours: What our budget leaves; never told as less than none.
        theirs: What Xero said; None if it did not.
    """
    return max(0, ours if theirs is None else min(ours, theirs))


@dataclass(frozen=True, slots=True)
class Rules:
    """What we allow ourselves, a little below what Xero allows.

    Args:
        per_minute: Calls in any 60 seconds, per organisation.
        per_day: Calls in any 24 hours, per organisation.
        concurrent: Calls at once, per organisation.
        app_per_minute: Calls in any 60 seconds over all organisations.
    """

    per_minute: int
    per_day: int
    concurrent: int
    app_per_minute: int


@dataclass(frozen=True, slots=True)
class Usage:
    """What is known when a call asks to go out. Instants are seconds since the epoch.

    Args:
        minute_edge: When the `per_minute`-th latest call went out; None if there were fewer.
        day_edge: When the `per_day`-th latest call went out; None if there were fewer.
        app_edge: When the app's `app_per_minute`-th latest call went out; None if there were fewer.
        in_flight: Calls of this organisation under way.
        heard_at: When the headers below arrived; None if none ever did.
        minute_left: Calls left of Xero's minute by its header, less those sent since.
        day_left: Calls left of Xero's day by its header, less those sent since.
        paused_until: End of a pause that Xero asked for with a 429 of the minute, of the organisation or the app.
        stopped_until: End of the day that Xero declared used up with a 429.
    """

    minute_edge: float | None = None
    day_edge: float | None = None
    app_edge: float | None = None
    in_flight: int = 0
    heard_at: float | None = None
    minute_left: int | None = None
    day_left: int | None = None
    paused_until: float = 0.0
    stopped_until: float = 0.0


@dataclass(frozen=True, slots=True)
class Go:
    """The call may go out now."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Ask again in so many seconds, a minute at most; or as soon as another call ends when `for_slot`."""

    seconds: float
    for_slot: bool = False


@dataclass(frozen=True, slots=True)
class Stop:
    """Nothing goes out to this organisation before `resume_at` (seconds since the epoch)."""

    resume_at: float


def decide(rules: Rules, usage: Usage, now: float) -> Go | Wait | Stop:
    """Whether one more call may go out.

    Our own counts slide: they hold in any 60 seconds and any 24 hours, wherever Xero's fixed windows begin.
    Xero's headers are believed when they leave less.

    Args:
        rules: What we allow ourselves.
        usage: What went out, and what Xero said.
        now: Seconds since the epoch, read while nobody else can take a call.
    """
    if usage.stopped_until > now:
        return Stop(usage.stopped_until)
    if usage.day_edge is not None and now - usage.day_edge <= DAY:
        return Stop(usage.day_edge + DAY + _PAST_THE_EDGE)
    if seconds := _seconds_to_wait(usage, now):
        return Wait(min(seconds, MINUTE) + _PAST_THE_EDGE)
    if usage.in_flight >= _at_once(rules, usage, now):
        return Wait(0.0, for_slot=True)
    return Go()


def _seconds_to_wait(usage: Usage, now: float) -> float:
    ends = [usage.paused_until]
    ends += [edge + MINUTE for edge in (usage.minute_edge, usage.app_edge) if edge is not None]
    # Nobody tells when Xero's minute began, only that it is over a minute after an answer that lay in it.
    if usage.heard_at is not None and usage.minute_left is not None and usage.minute_left <= 0:
        ends.append(usage.heard_at + MINUTE)
    latest = max(ends)
    # At the very edge the two calls would share a closed window, so equal is still too early.
    return max(latest - now, _PAST_THE_EDGE) if latest >= now else 0.0


def _at_once(rules: Rules, usage: Usage, now: float) -> int:
    # Xero's day seems used up, yet only its 429 tells until when, and the day may have begun anew: one call at a
    # time goes to see.
    asking = usage.day_left is not None and usage.day_left <= 0
    fresh = usage.heard_at is not None and now - usage.heard_at <= DAY
    return 1 if asking and fresh else rules.concurrent
