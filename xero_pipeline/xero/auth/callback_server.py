"""The listener for Xero's answer to a consent: one page on this machine, for as long as it takes.

It decides nothing about the answer itself (`OAuth.finish` does, `state` included). The first answer to our path ends
the wait, a forged one too: that is the safe side, it costs a new `connect` and never lets a stranger's code in.
Requests that are no answer (another path, no `code` and no `error`) get a page and the wait goes on.
"""

from __future__ import annotations

import errno
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.xero.auth.callback_page import BrowserReply, CallbackForwarder, CallbackWaiter, page

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Connection": "close",
}


@contextmanager
def listening(redirect_uri: str, to: Callable[[str], str] | None = None) -> Generator[CallbackWaiter]:
    """Listen where Xero will send the browser; on this machine's own addresses only.

    Args:
        redirect_uri: An http address of this machine, e.g. http://localhost:8765/xero/callback.
        to: Send every answer on to where this says for its query; None to wait for the first one here.

    Yields:
        The listener.

    Raises:
        ConfigurationError: The address is not of this machine, or somebody else listens there.
    """
    parts = urlsplit(redirect_uri)
    if parts.scheme != "http" or parts.hostname not in _LOOPBACK:
        raise ConfigurationError(
            f"XERO_REDIRECT_URI is {redirect_uri}, and the answer must come to this machine: use an address like "
            "http://localhost:8765/xero/callback and register it with the app."
        )
    port = _port(redirect_uri)
    where = parts.path or "/", f"http://{parts.netloc}"
    callback = CallbackForwarder(*where, to) if to else CallbackWaiter(*where)
    with ExitStack() as stack:
        for server in _servers(parts.hostname, port, callback):
            stack.callback(server.server_close)
            thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.shutdown)
        yield callback


class _Server(ThreadingHTTPServer):
    daemon_threads = True  # browsers open connections in advance and leave them idle: nobody waits for those

    def __init__(self, family: socket.AddressFamily, address: str, port: int, callback: CallbackWaiter) -> None:
        self.address_family = family
        self.callback = callback
        super().__init__((address, port), _Handler)

    def server_bind(self) -> None:
        # Not HTTPServer's: that one looks the host name up, which can take seconds.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_name, self.server_port = "localhost", self.server_address[1]


class _Handler(BaseHTTPRequestHandler):
    timeout = 10  # seconds for a browser to send its request, so that idle ones cannot hold us up

    def do_GET(self) -> None:
        """Take an answer, or say that this is none."""
        assert isinstance(self.server, _Server)
        callback = self.server.callback
        parts = urlsplit(self.path)
        if parts.path != callback.path:
            self._send(BrowserReply(404, page("Nothing here", "This address only takes Xero's answer.")))
            return
        if not parse_qs(parts.query).keys() & {"code", "error"}:
            self._send(BrowserReply(400, page("Not an answer", "Open the address that xero-pipeline printed.")))
            return
        answer = callback.take(self.path)
        if answer is None:
            self._send(
                BrowserReply(409, page("Already answered", "Xero's answer is here already. Look at the terminal."))
            )
            return
        with answer.page() as shown:
            self._send(shown)

    def _send(self, reply: BrowserReply) -> None:
        content = reply.body.encode()
        self.send_response(reply.status)
        if reply.location:
            self.send_header("Location", reply.location)
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Write nothing: the request line holds the code."""


def _port(redirect_uri: str) -> int:
    try:
        return urlsplit(redirect_uri).port or 80
    except ValueError as error:
        raise ConfigurationError(f"XERO_REDIRECT_URI has no possible port: {redirect_uri}.") from error


def _servers(host: str | None, port: int, callback: CallbackWaiter) -> list[_Server]:
    # Browsers read `localhost` as either address, so we take both where both exist.
    wanted = [(socket.AF_INET, "127.0.0.1")] if host != "::1" else []
    if host != "127.0.0.1" and socket.has_ipv6:
        wanted.append((socket.AF_INET6, "::1"))
    servers: list[_Server] = []
    for family, address in wanted:
        try:
            servers.append(_Server(family, address, port, callback))
        except OSError as error:
            if error.errno in {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT} and servers:
                continue  # a machine without IPv6
            for server in servers:
                server.server_close()
            raise ConfigurationError(
                f"XERO_REDIRECT_URI: cannot listen on port {port} ({error.strerror}). Another program holds it: stop "
                "that one, or set XERO_REDIRECT_URI to another port and register that address with the app."
            ) from error
    return servers
