"""Tells each receiver what it was not told yet, and what is over; who cannot be reached is told with the next look."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xero_pipeline import clock
from xero_pipeline.operations.alerts.messages import Links, alert
from xero_pipeline.state.alert_notes import UNREACHED, AlertNote, AlertNotes

if TYPE_CHECKING:
    from xero_pipeline.container import Services
    from xero_pipeline.operations.alerts.alert_kinds import Look
    from xero_pipeline.operations.alerts.receivers import Receiver

PATIENCE_SECONDS = 25.0
"""After which no further receiver is begun with: Dagster gives a sensor's tick 60 seconds, and the next one goes on."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of the messages.

    Args:
        sent: To how many receivers a message went.
        problems: Why not to the others.
    """

    sent: int
    problems: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Due:
    """What a receiver is to be told, and what is to be noted of it then.

    Args:
        news: Keys of alerts.
        over: Keys and labels of what it is told that it is over.
        forgotten: Keys of what is not the matter any more, told or not.
        fewer: Keys of alerts of which there are fewer than it was told.
    """

    news: Sequence[str]
    over: Mapping[str, str]
    forgotten: Sequence[str]
    fewer: Sequence[str]


def deliver(
    services: Services,
    seen: Look,
    receivers: Sequence[Receiver],
    elapsed: Callable[[], float] = time.monotonic,
) -> Delivery:
    """Tell everybody who has to be told something.

    Args:
        services: Have the state database.
        seen: What is the matter now.
        elapsed: A clock that only runs forward.
    """
    memory, links = AlertNotes(services.state), Links(services.settings)
    known, shard = memory.all(), services.settings.shard
    places = {f"{one.place} of {shard}" if shard else f"{one.place}": one for one in receivers}
    # Who was there the last time comes first, so that others cannot hold everybody up.
    turn = sorted(places, key=lambda place: UNREACHED in known.get(place, {}))
    began, sent, problems = elapsed(), 0, list[str]()
    for place in turn:
        told = known.get(place, {})
        due, receiver = _due(seen, told), places[place]
        notes = [_note(seen, key) for key in (*due.news, *due.fewer)]
        gone = [*due.forgotten, UNREACHED]
        if due.news or due.over:
            if elapsed() - began > PATIENCE_SECONDS:
                problems.append(f"{receiver.name} waits for the next look")
                continue
            message = alert([seen.alerts[key] for key in due.news], due.over.values(), links)
            if problem := receiver.send(message):
                problems.append(problem)
                memory.keep(place, [_unreached(told.get(UNREACHED))], ())
                continue
            sent += 1
        if notes or due.forgotten or UNREACHED in told:
            memory.keep(place, notes, gone)
    return Delivery(sent, problems)


def _due(seen: Look, told: Mapping[str, AlertNote]) -> _Due:
    alerts = seen.alerts
    gone = [key for key in told if key != UNREACHED and key not in alerts and not seen.unknown(key)]
    return _Due(
        [key for key, alert in alerts.items() if key not in told or alert.count > told[key].count],
        {key: told[key].label for key in gone if not seen.left(key)},
        gone,
        [key for key, alert in alerts.items() if key in told and alert.count < told[key].count],
    )


def _note(seen: Look, key: str) -> AlertNote:
    alert = seen.alerts[key]
    return AlertNote(key, alert.count, alert.label, clock.now())


def _unreached(before: AlertNote | None) -> AlertNote:
    return AlertNote(UNREACHED, before.count + 1 if before else 1, "", before.told_at if before else clock.now())
