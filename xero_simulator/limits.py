"""Xero's rate limits: calls per minute and day and at once per organisation, and per minute for the app."""

from __future__ import annotations

import math
import sqlite3
import uuid
import zlib
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass

from xero_simulator.messages import Refused, Response
from xero_simulator.store import Store

_MINUTE = 60
_DAY = 86_400
# A call that was never finished (its process was killed) stops counting after this many seconds.
_FORGOTTEN_AFTER = 120


@dataclass(frozen=True, slots=True)
class SimLimits:
    """How much the simulated Xero allows; None switches a limit off.

    Attributes:
        per_minute: Calls a minute per organisation and app.
        per_day: Calls a day per organisation and app; 1,000 on Xero's Starter tier.
        concurrent: Calls in flight at once per organisation and app.
        app_per_minute: Calls a minute per app over all organisations.
    """

    per_minute: int | None = 60
    per_day: int | None = 5_000
    concurrent: int | None = 5
    app_per_minute: int | None = 10_000


OFF = SimLimits(None, None, None, None)


def refusal(problem: str, retry_after: int | None, remaining: dict[str, str]) -> Response:
    """A 429.

    Args:
        problem: `minute`, `day`, `concurrent` or `appminute`.
        retry_after: Seconds; Xero gives none for `concurrent`.
        remaining: The headers that tell what is left.
    """
    headers = {**remaining, "X-Rate-Limit-Problem": problem, "Cache-Control": "no-store"}
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return Response(429, b"", headers)


class RateLimiter:
    """Counts calls in the store, so that all processes share one allowance.

    Windows are fixed, not rolling, and begin at another second for every organisation, as Xero's do.

    Args:
        store: Where the counters live.
        clock: Seconds since 1970.
    """

    def __init__(self, store: Store, limits: SimLimits, clock: Callable[[], float]) -> None:
        self._store = store
        self._limits = limits
        self._clock = clock

    @contextmanager
    def slot(self, client_id: str, tenant_id: str) -> Generator[dict[str, str]]:
        """Counts one call of an organisation while it lasts, and yields the headers that tell what is left.

        Raises:
            Refused: 429 when an allowance is used up; refused calls do not count.
        """
        if self._limits == OFF:
            yield self._headers(0, 0, 0)
            return
        call, headers = self._enter(client_id, tenant_id)
        try:
            yield headers
        finally:
            with self._store.writing() as connection:
                connection.execute("DELETE FROM in_flight WHERE id = ?", (call,))

    def app_call(self, client_id: str) -> dict[str, str]:
        """Counts one call that concerns no organisation, and returns its one header.

        Raises:
            Refused: 429 when the app's minute is used up.
        """
        if self._limits == OFF:
            return {"X-AppMinLimit-Remaining": self._headers(0, 0, 0)["X-AppMinLimit-Remaining"]}
        with self._store.writing() as connection:
            used, left = self._used(connection, client_id, "app", _MINUTE)
            if self._limits.app_per_minute is not None and used >= self._limits.app_per_minute:
                raise Refused(refusal("appminute", left, {"X-AppMinLimit-Remaining": "0"}))
            self._count(connection, client_id, "app", _MINUTE)
        return {"X-AppMinLimit-Remaining": self._headers(0, 0, used + 1)["X-AppMinLimit-Remaining"]}

    def _enter(self, client_id: str, tenant_id: str) -> tuple[str, dict[str, str]]:
        owner, call, now = f"{client_id} {tenant_id}", str(uuid.uuid4()), self._clock()
        with self._store.writing() as connection:
            used = {kind: self._used(connection, who, kind, span) for who, kind, span in _meters(client_id, owner)}
            remaining = self._headers(used["day"][0], used["minute"][0], used["app"][0])
            self._check(connection, owner, used, remaining)
            for who, kind, span in _meters(client_id, owner):
                self._count(connection, who, kind, span)
            connection.execute("INSERT INTO in_flight VALUES (?, ?, ?)", (call, owner, now))
        return call, self._headers(used["day"][0] + 1, used["minute"][0] + 1, used["app"][0] + 1)

    def _check(
        self,
        connection: sqlite3.Connection,
        owner: str,
        used: dict[str, tuple[int, int]],
        remaining: dict[str, str],
    ) -> None:
        limits = self._limits
        for kind, problem, allowed in (
            ("day", "day", limits.per_day),
            ("minute", "minute", limits.per_minute),
            ("app", "appminute", limits.app_per_minute),
        ):
            calls, left = used[kind]
            if allowed is not None and calls >= allowed:
                raise Refused(refusal(problem, left, remaining))
        if limits.concurrent is not None and self._in_flight(connection, owner) >= limits.concurrent:
            raise Refused(refusal("concurrent", None, remaining))

    def _in_flight(self, connection: sqlite3.Connection, owner: str) -> int:
        since = self._clock() - _FORGOTTEN_AFTER
        row = connection.execute(
            "SELECT count(*) FROM in_flight WHERE owner = ? AND since > ?", (owner, since)
        ).fetchone()
        return row[0]

    def _used(self, connection: sqlite3.Connection, owner: str, kind: str, span: int) -> tuple[int, int]:
        """Calls of the current window, and the seconds until the next one."""
        number, left = _window(owner, span, self._clock())
        row = connection.execute(
            "SELECT calls FROM windows WHERE owner = ? AND kind = ? AND number = ?", (owner, kind, number)
        ).fetchone()
        return (row[0] if row else 0), left

    def _count(self, connection: sqlite3.Connection, owner: str, kind: str, span: int) -> None:
        number, _ = _window(owner, span, self._clock())
        connection.execute(
            "INSERT INTO windows VALUES (?, ?, ?, 1) ON CONFLICT (owner, kind) DO UPDATE SET "
            "calls = CASE WHEN number = excluded.number THEN calls + 1 ELSE 1 END, number = excluded.number",
            (owner, kind, number),
        )

    def _headers(self, day: int, minute: int, app: int) -> dict[str, str]:
        full = SimLimits()
        rows = (
            ("X-DayLimit-Remaining", self._limits.per_day, full.per_day, day),
            ("X-MinLimit-Remaining", self._limits.per_minute, full.per_minute, minute),
            ("X-AppMinLimit-Remaining", self._limits.app_per_minute, full.app_per_minute, app),
        )
        # A limit that is off always shows Xero's full allowance.
        return {name: str(full if limit is None else max(0, limit - used)) for name, limit, full, used in rows}


def _meters(client_id: str, owner: str) -> tuple[tuple[str, str, int], ...]:
    return (owner, "day", _DAY), (owner, "minute", _MINUTE), (client_id, "app", _MINUTE)


def _window(owner: str, span: int, now: float) -> tuple[int, int]:
    """The number of the fixed window that holds this moment, and the whole seconds until it ends."""
    offset = zlib.crc32(owner.encode()) % span
    number = math.floor((now - offset) / span)
    return number, max(1, math.ceil((number + 1) * span + offset - now))
