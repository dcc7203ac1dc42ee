"""Serves the simulator over HTTP."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Awaitable, Callable, Generator, MutableMapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from xero_simulator.messages import Request, Response, parse_query
from xero_simulator.transport import Answers

if TYPE_CHECKING:
    import uvicorn

_Scope = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
_Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class AsgiCoat:
    """The simulator as an ASGI application: its plain function runs in worker threads."""

    def __init__(self, simulator: Answers) -> None:
        self._simulator = simulator

    async def __call__(self, scope: _Scope, receive: _Receive, send: _Send) -> None:
        """Answers one HTTP request."""
        if scope["type"] != "http":
            return
        from anyio import to_thread

        request = _request(scope, await _body(receive))
        await _send(send, await to_thread.run_sync(self._simulator.handle, request))


def serve(
    simulator: Answers,
    port: int,
    ready: Callable[[str], None] | None = None,
    *,
    host: str = "127.0.0.1",
) -> None:
    """Serves until the process is asked to stop.

    Args:
        ready: Called with the address once connections are accepted.
        host: The address to listen on; only this machine by default, for anybody who reaches it gets in.
    """
    with _listening(host, port) as (listener, address):
        server = _server(simulator)
        if ready is not None:
            # The listener accepts connections already; uvicorn takes them up a moment later.
            ready(address)
        server.run(sockets=[listener])


@contextmanager
def serving(simulator: Answers, port: int = 0) -> Generator[str]:
    """Serves in a thread while the block runs, and yields the address."""
    with _listening("127.0.0.1", port) as (listener, address):
        server = _server(simulator)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="simulated Xero", daemon=True)
        thread.start()
        try:
            yield address
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def _listening(host: str, port: int) -> Generator[tuple[socket.socket, str]]:
    listener = socket.create_server((host, port))
    try:
        yield listener, f"http://{host}:{listener.getsockname()[1]}"
    finally:
        listener.close()


def _server(simulator: Answers) -> uvicorn.Server:
    import uvicorn

    logging.getLogger("uvicorn.error").addFilter(_is_news)
    # The date is the simulator's own.
    config = uvicorn.Config(
        AsgiCoat(simulator),
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=2,
        date_header=False,
    )
    return uvicorn.Server(config)


def _is_news(record: logging.LogRecord) -> bool:
    """Uvicorn complains about every answer that a fault breaks off; those are meant."""
    return "without completing response" not in str(record.msg)


def _request(scope: _Scope, body: bytes) -> Request:
    return Request(
        method=scope["method"],
        path=scope["path"],
        query=parse_query(scope["query_string"].decode("latin-1")),
        headers={name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]},
        body=body,
    )


async def _body(receive: _Receive) -> bytes:
    parts: list[bytes] = []
    more = True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


async def _send(send: _Send, response: Response) -> None:
    # A dropped answer promises a byte that never comes: the server then closes the connection.
    length = 1 if response.dropped else len(response.body)
    headers = [(b"content-length", str(length).encode())] if response.status != 204 else []
    if not response.dropped:
        headers += [(name.lower().encode(), value.encode("latin-1")) for name, value in response.headers.items()]
    await send({"type": "http.response.start", "status": response.status or 200, "headers": headers})
    if not response.dropped:
        await send({"type": "http.response.body", "body": response.body})
