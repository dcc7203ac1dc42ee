"""Amounts, days, times and names as people read them, for the templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import partial
from typing import Any

from markupsafe import Markup, escape

from xero_pipeline import clock
from xero_pipeline.ledger.documents.document_fields import state_in_words
from xero_pipeline.ledger.reconcile.cause_names import cause_in_words
from xero_pipeline.warehouse.document_names import in_words

JOBS = {
    "sync_organisation": "Sync",
    "pull_reports": "Reports",
    "reread_organisation": "Rolling refresh",
    "aged_reports": "Aged reports",
    "keep_ledger": "Ledger",
}
"""What people call Dagster's jobs."""

RUN_STATES = {
    "queued": "Waiting for its turn",
    "not_started": "Starting",
    "starting": "Starting",
    "started": "Running",
    "success": "Done",
    "failure": "Failed",
    "canceling": "Stopping",
    "canceled": "Stopped",
}
"""What people call the states of a run."""

_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"))


def filters() -> Mapping[str, Callable[..., Any]]:
    """The filters of the templates, by name."""
    return {
        "money": money,
        "exact": exact,
        "xero_word": state_in_words,
        "has_values": has_values,
        "whole": whole,
        "count": count,
        "size": size,
        "percent": percent,
        "instant": instant,
        "day_time": day_time,
        "hour": hour,
        "ago": ago,
        "began": began,
        "lasting": lasting,
        "so_far": _so_far,
        "month": month,
        "job": partial(_in_words, JOBS),
        "run_state": partial(_in_words, RUN_STATES),
        "cause": cause_in_words,
        "document_kind": _document_kind,
        "words": words,
        "marked": marked,
    }


def _so_far(since: datetime) -> str:
    return lasting(clock.now() - since)


def _document_kind(source_type: str) -> str:
    """A type of documents as Xero's screens call it; other words, such as opening, stay."""
    return in_words(source_type) if source_type.isupper() else source_type.capitalize()


def _in_words(known: Mapping[str, str], name: str | None) -> str:
    return known.get(name or "", words(name or ""))


def money(amount: Decimal | None) -> str:
    """An amount to the cent, with a real minus sign.

    Args:
        amount: None for nothing to show.
    """
    return "–" if amount is None else f"{amount:,.2f}".replace("-", "−")


def exact(amount: Decimal | None, places: int = 0) -> str:
    """A number with all the decimals it has.

    Args:
        amount: None for nothing to show.
        places: How many decimals at least.
    """
    if amount is None:
        return ""
    exponent = amount.normalize().as_tuple().exponent
    shown = max(places, -exponent) if isinstance(exponent, int) else places
    return f"{amount:,.{shown}f}".replace("-", "−")


def has_values(rows: Sequence[Any]) -> Mapping[str, bool]:
    """Of each field of some rows whether any of them says something."""
    return {name: any(getattr(row, name) for row in rows) for name in rows[0].__slots__}


def whole(amount: Decimal | None) -> str:
    """An amount without its cents, for large type.

    Args:
        amount: None for nothing to show.
    """
    return "–" if amount is None else f"{amount:,.0f}".replace("-", "−")


def count(number: int | None) -> str:
    """A number of things.

    Args:
        number: None for nothing to show.
    """
    return "–" if number is None else f"{number:,}"


def size(count: int | None) -> str:
    """Bytes; nothing where it is not known how many.

    Args:
        count: Number of bytes.
    """
    if count is None:
        return ""
    amount = float(count)
    for unit in ("B", "kB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"


def percent(share: Decimal) -> str:
    """A share, one place behind the point.

    Args:
        share: Of 1.
    """
    return f"{share * 100:.1f} %".replace("-", "−")


def instant(at: datetime | None) -> str:
    """A moment, in UTC.

    Args:
        at: None for never.
    """
    return f"{at.astimezone(UTC):%-d %b %Y, %H:%M} UTC" if at else "never"


def day_time(at: datetime) -> str:
    """A moment in UTC, where the page says that times are."""
    return f"{at.astimezone(UTC):%-d %b %Y, %H:%M}"


def hour(at: datetime, zone: tzinfo = UTC) -> str:
    """The time of the day, with the name of the zone: 05:00 UTC, 18:00 in Pacific/Auckland.

    Args:
        zone: Of whom.
    """
    return f"{at.astimezone(zone):%H:%M} {'UTC' if zone is UTC else f'in {zone}'}"


def ago(at: datetime, now: datetime | None = None) -> str:
    """How far a moment is from now, either way.

    Args:
        now: Now, where it is not now.
    """
    seconds = ((now or clock.now()) - at).total_seconds()
    far = lasting(timedelta(seconds=abs(seconds)))
    if abs(seconds) < 60:
        return "just now" if seconds >= 0 else "in a moment"
    return f"{far} ago" if seconds > 0 else f"in {far}"


def began(at: datetime) -> str:
    """When something began: how long ago within the hour, else the day and the time in UTC."""
    recent = clock.now() - at < timedelta(hours=1)
    return ago(at).capitalize() if recent else f"{at.astimezone(UTC):%-d %b, %H:%M}"


def lasting(time: timedelta) -> str:
    """A length of time, in its largest unit."""
    seconds = time.total_seconds()
    for size, unit in _UNITS:
        if seconds >= size:
            number = int(seconds // size)
            return f"{number} {unit}{'' if number == 1 else 's'}"
    return f"{seconds:.0f} s"


def month(day: date) -> str:
    """A month.

    Args:
        day: Any day of it.
    """
    return f"{day:%B %Y}"


def words(name: Any) -> str:
    """A name of ours, as words: `profit_and_loss` is “Profit and loss”."""
    return str(name).replace("_", " ").capitalize()


def marked(text: str) -> Markup:
    """A sentence with `commands` in backticks, as HTML.

    Args:
        text: Plain text; everything in it is escaped.
    """
    pieces = text.split("`")
    shown = [Markup("<code>{}</code>").format(piece) if odd % 2 else escape(piece) for odd, piece in enumerate(pieces)]
    return Markup("").join(shown)
