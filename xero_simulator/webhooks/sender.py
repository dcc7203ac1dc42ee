"""Sends events as Xero does: signed, in batches over organisations, again while nobody takes them, and not for ever.

Source: developer.xero.com/documentation/webhooks: HMAC-SHA256 over the body in base64; an answer within five seconds;
sent again at once, then about every quarter of an hour for a day, then the webhook is switched off; bodies without
events, some of them signed wrongly, find out whether signatures are checked.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

PATIENCE_SECONDS = 5.0
"""How long an answer may take."""
AGAIN_SECONDS = 15 * 60.0
GIVE_UP_SECONDS = 24 * 3600.0
MOST_EVENTS = 100
"""In a delivery. Xero does not document it."""


class WebhookAnswer(NamedTuple):
    """What the address answered.

    Attributes:
        status: 0 where nothing came in time.
    """

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = {}


Post = Callable[[str, bytes, Mapping[str, str]], WebhookAnswer]
"""Posts a body to an address."""


@dataclass(slots=True)
class SentBatch:
    """A delivery that nobody has taken yet.

    Attributes:
        began_at: When it was sent first, in seconds since 1970.
        next_at: When it is sent again.
    """

    body: bytes
    began_at: float
    next_at: float
    tries: int = 0


class WebhookSender:
    """One webhook of one app.

    Args:
        url: Where it delivers to.
        key: Its signing key.
        post: Posts; by default over HTTP.
        clock: Seconds since 1970.
        seed: Of the letters that make each body another one.
    """

    def __init__(
        self, url: str, key: str, *, clock: Callable[[], float], post: Post | None = None, seed: int = 1
    ) -> None:
        self._url = url
        self._key = key
        self._post = post or post_over_http
        self._clock = clock
        self._random = random.Random(seed)
        self._sequence = 0
        self._waiting: list[SentBatch] = []
        self.is_on = False
        """Whether it delivers: not before an intent to receive was answered, nor after a day without an answer."""

    def try_out(self) -> bool:
        """Send the intent to receive, and switch the webhook on if every body is answered as it must be."""
        right = [
            self._answered(self._body(()), self._key if good else self._letters())
            for good in (True, False, False, True)
        ]
        wanted = (200, 401, 401, 200)
        self.is_on = all(
            answer.status == status
            and not answer.body
            and "set-cookie" not in {name.lower() for name in answer.headers}
            for answer, status in zip(right, wanted, strict=True)
        )
        return self.is_on

    def queue(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Take events to be sent; those of several organisations go into one delivery."""
        now = self._clock()
        for start in range(0, len(events), MOST_EVENTS):
            self._waiting.append(SentBatch(self._body(events[start : start + MOST_EVENTS]), now, now))

    def send(self) -> int:
        """Send what is due, each delivery as often as it is.

        Returns:
            How many deliveries were taken.
        """
        taken = 0
        for batch in list(self._waiting):
            while self.is_on and batch.next_at <= self._clock() and batch in self._waiting:
                taken += self._try(batch)
        return taken

    @property
    def waiting(self) -> int:
        """Deliveries that nobody has taken yet."""
        return len(self._waiting)

    def _try(self, batch: SentBatch) -> bool:
        batch.tries += 1
        answer = self._answered(batch.body, self._key)
        if 200 <= answer.status < 300:
            self._waiting.remove(batch)
            return True
        now = self._clock()
        # The first time at once, then every quarter of an hour.
        batch.next_at = now if batch.tries == 1 else now + AGAIN_SECONDS
        if now - batch.began_at >= GIVE_UP_SECONDS:
            self.is_on = False
        return False

    def _answered(self, body: bytes, key: str) -> WebhookAnswer:
        signature = base64.b64encode(hmac.new(key.encode(), body, hashlib.sha256).digest()).decode()
        return self._post(self._url, body, {"x-xero-signature": signature, "Content-Type": "application/json"})

    def _body(self, events: Sequence[Mapping[str, Any]]) -> bytes:
        first = self._sequence + 1 if events else 0
        self._sequence += len(events)
        told = {
            "events": list(events),
            "firstEventSequence": first,
            "lastEventSequence": self._sequence if events else 0,
            "entropy": self._letters(),
        }
        return json.dumps(told, separators=(",", ":")).encode()

    def _letters(self) -> str:
        return "".join(self._random.choices(string.ascii_uppercase, k=20))


def post_over_http(url: str, body: bytes, headers: Mapping[str, str]) -> WebhookAnswer:
    """Post as Xero does: it follows no redirect, and waits five seconds."""
    import httpx

    try:
        answer = httpx.post(url, content=body, headers=headers, timeout=PATIENCE_SECONDS, trust_env=False)
    except httpx.HTTPError:
        return WebhookAnswer(0)
    return WebhookAnswer(answer.status_code, answer.content, dict(answer.headers))
