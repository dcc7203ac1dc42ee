"""Reaches the simulator from httpx without a network: every host leads to it."""

from __future__ import annotations

from typing import Protocol

import httpx

from xero_simulator.messages import Request, Response, parse_query


class Answers(Protocol):
    """Anything that answers requests as the simulator does."""

    def handle(self, request: Request) -> Response:
        """Answers one request."""
        ...


class SimulatorTransport(httpx.BaseTransport):
    """An httpx transport into a simulator in this process; any thread may use it.

    Args:
        simulator: Where the requests go.
    """

    def __init__(self, simulator: Answers) -> None:
        self._simulator = simulator

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Hands one request over and maps a broken or late answer to what httpx raises on a network.

        Raises:
            httpx.RemoteProtocolError: When the connection was dropped.
            httpx.ReadTimeout: When the answer takes longer than the client waits.
        """
        timeout = request.extensions.get("timeout") or {}
        answer = self._simulator.handle(
            Request(
                method=request.method,
                path=request.url.path,
                query=parse_query(request.url.query.decode()),
                headers={name.lower(): value for name, value in request.headers.items()},
                body=request.read(),
                patience=timeout.get("read"),
            )
        )
        if answer.dropped:
            raise httpx.RemoteProtocolError("Server disconnected without sending a response.", request=request)
        if answer.timed_out:
            raise httpx.ReadTimeout("timed out", request=request)
        headers = {**answer.headers, "Content-Length": str(len(answer.body))}
        # As a stream, not as content: httpx then treats it like bytes off the wire and undoes the compression.
        return httpx.Response(answer.status, headers=headers, stream=httpx.ByteStream(answer.body))
