"""Who is told of what needs somebody (XERO_ALERTS): whether the addresses are right, and who could not be reached."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from xero_pipeline.operations.alerts.messages import Links, trial
from xero_pipeline.operations.alerts.receivers import receivers, require_right
from xero_pipeline.operations.health.result import HealthResult
from xero_pipeline.state.alert_notes import UNREACHED, AlertNotes

if TYPE_CHECKING:
    from xero_pipeline.container import Services
    from xero_pipeline.settings import Settings

NAME = "alerts"


def check_alerts(services: Services) -> Iterator[HealthResult]:
    """Read the addresses; nobody is told anything.

    Yields:
        Nothing where there are none; else of which services they are.

    Raises:
        ConfigurationError: One is wrong, or what they need is not installed.
    """
    known = receivers(services.settings.alerts)
    require_right(known)
    counts = Counter(one.service for one in known)
    if known:
        told = ", ".join(f"{service} ({count})" if count > 1 else service for service, count in counts.items())
        yield HealthResult(NAME, "ok", f"what needs somebody is told by {told}")


def check_unreached(services: Services) -> Iterator[HealthResult]:
    """Who could not be told when there was something to tell."""
    notes = AlertNotes(services.state).all()
    for one in receivers(services.settings.alerts):
        for place, told in notes.items():
            if place.split()[0] == str(one.place) and (note := told.get(UNREACHED)):
                since = f"{note.told_at:%Y-%m-%d %H:%M} UTC"
                yield HealthResult(
                    NAME,
                    "warning",
                    f"{one.name} could not be told since {since}, and was tried {note.count} times",
                    "It is tried again every two minutes. `xero-pipeline doctor --alert` tries now.",
                )


def send_trial(settings: Settings) -> Iterator[HealthResult]:
    """Send a test message to every address.

    Yields:
        For each whether it arrived there.

    Raises:
        ConfigurationError: An address is wrong, or there is none.
    """
    known = receivers(settings.alerts)
    require_right(known)
    message = trial(Links(settings))
    for one in known:
        if problem := one.send(message):
            yield HealthResult(NAME, "problem", problem, "Look whether the address is right, and the service there.")
        else:
            yield HealthResult(NAME, "ok", f"{one.name} took a test message")
    if not known:
        yield HealthResult(NAME, "problem", "XERO_ALERTS names nobody", "docs/alerts.md says what to write there.")
