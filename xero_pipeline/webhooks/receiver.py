"""Takes what Xero posts: an ASGI application by itself, with no page, no cookie and no password around it.

Xero posts at once when something changed, wants an answer within five seconds, and after a day without one switches the
webhook off. It tries an endpoint out with bodies that hold no event, some of them signed wrongly: 200 for those signed
well, 401 for the others, and nothing else. Source: developer.xero.com/documentation/webhooks.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from xero_pipeline import clock
from xero_pipeline.webhooks.delivery import read_delivery
from xero_pipeline.webhooks.signature import HEADER, is_signed

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from xero_pipeline.state.webhook_inbox import WebhookInbox

PATH = "/xero/events"
"""Where the web page has it."""

MOST_BYTES = 4 * 1024 * 1024
"""Of a delivery. An event takes some 400 bytes, and Xero does not document how many it sends at once: that is ten
thousand. Whatever is longer is refused before it is read, for anybody may post here."""

MOST_AT_ONCE = 8
"""Bodies that are held in memory at the same time."""

ANSWER_SECONDS = 0.9
"""What is not stored by then is not taken: Xero sends it again at once. It may be stored all the same, and then is
there twice, which does no harm."""

BODY_SECONDS = 10.0
"""How long a body may take to arrive."""

INTENT, REFUSED, UNREADABLE = "intent", "refused", "unreadable"
"""Names of counts: bodies that hold no event; wrong signatures; what could not be read although Xero signed it."""

_COUNTED_EVERY = 10.0
"""Seconds between two notes of what was refused: strangers do not make us write."""

_log = logging.getLogger(__name__)


class WebhookReceiver:
    """The endpoint; to be mounted at any path.

    Args:
        keys: Those that may sign a delivery. Without any there is nothing here: 404.
        inbox: Gives what stores events, in a thread.
    """

    def __init__(
        self, keys: Sequence[str], inbox: Callable[[], WebhookInbox], now: Callable[[], datetime] = clock.now
    ) -> None:
        self._keys = keys
        self._inbox = inbox
        self._now = now
        self._at_work = 0
        self._uncounted: Counter[str] = Counter()
        self._counted_at: datetime | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; whatever it is, without a body."""
        if scope["type"] != "http":
            return
        if not self._keys:
            await _answer(send, 404)
        elif scope["method"] != "POST":
            await _answer(send, 405, {"allow": "POST"})
        elif self._at_work >= MOST_AT_ONCE:
            await _answer(send, 503)
        else:
            self._at_work += 1
            try:
                await self._take(scope, receive, send)
            finally:
                self._at_work -= 1

    async def _take(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.lower(): value for name, value in scope["headers"]}
        body = await _body(headers, receive)
        if isinstance(body, int):
            await _answer(send, body)
            return
        given = headers.get(HEADER.encode(), b"").decode("latin-1")
        if not is_signed(self._keys, body, given):
            await _answer(send, 401)
            await self._count(REFUSED)
            return
        await _answer(send, 200 if await self._stored(body) else 503)

    async def _stored(self, body: bytes) -> bool:
        """Whether it is on the disk; if not in time, it may be yet."""
        storing = asyncio.ensure_future(asyncio.to_thread(self._store, body))
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await asyncio.shield(storing)
        except TimeoutError:
            _log.warning("A delivery of Xero's was not stored within %s s; Xero sends it again.", ANSWER_SECONDS)
            storing.add_done_callback(_tell)
            return False
        except Exception:  # noqa: BLE001 - Xero sends it again, whatever it was
            _log.exception("A delivery of Xero's could not be stored; Xero sends it again.")
            return False
        return True

    def _store(self, body: bytes) -> None:
        at, inbox = self._now(), self._inbox()
        delivery = read_delivery(body, at)
        if delivery.unreadable:
            # Xero would only send the same again: what it was about is found by polling.
            _log.warning("%s event(s) that Xero signed could not be read.", delivery.unreadable)
            inbox.note({UNREADABLE: delivery.unreadable}, at)
        if delivery.is_intent_to_receive:
            inbox.note({INTENT: 1}, at)
        else:
            inbox.receive(delivery.events, delivery.numbers, at)

    async def _count(self, what: str) -> None:
        self._uncounted[what] += 1
        now = self._now()
        if self._counted_at and (now - self._counted_at).total_seconds() < _COUNTED_EVERY:
            return
        self._counted_at, counts = now, dict(self._uncounted)
        self._uncounted.clear()
        try:
            await asyncio.to_thread(lambda: self._inbox().note(counts, now))
        except Exception:  # noqa: BLE001 - a count is not worth an answer
            _log.warning("What was refused could not be counted.", exc_info=True)


def _tell(storing: asyncio.Future[Any]) -> None:
    if not storing.cancelled() and (error := storing.exception()):
        _log.warning("A delivery of Xero's could not be stored: %s", error)


async def _body(headers: Mapping[bytes, bytes], receive: Receive) -> bytes | int:
    """All of it; the status that refuses it where it is too long, or does not come."""
    told = headers.get(b"content-length", b"0")
    if not told.isdigit() or int(told) > MOST_BYTES:
        return 413
    parts: list[bytes] = []
    size, more = 0, True
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return 400
                parts.append(message.get("body", b""))
                size += len(parts[-1])
                more = message.get("more_body", False)
                if size > MOST_BYTES:
                    return 413
    except TimeoutError:
        return 408
    return b"".join(parts)


async def _answer(send: Send, status: int, headers: Mapping[str, str] | None = None) -> None:
    shown = {"content-length": "0", "cache-control": "no-store", **(headers or {})}
    pairs = [(name.encode(), value.encode()) for name, value in shown.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": b""})
