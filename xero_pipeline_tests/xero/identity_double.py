"""A tiny identity server that keeps Xero's rules about codes and refresh tokens, in process or over real HTTP."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import httpx

from xero_pipeline.xero.auth.oauth import App
from xero_pipeline.xero.http.retry_policy import MAX_RETRIES

CALLS_IN_VAIN = 1 + MAX_RETRIES["broken"]
"""After so many calls without an answer no more are made."""
CLIENT_ID = "0123456789ABCDEF"
CLIENT_SECRET = "client-secret-hidden"
BASIC = "Basic " + base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()


def an_app(root: str = "https://xero.test", *, secret: str | None = CLIENT_SECRET, **more) -> App:
    return App(
        **{
            "client_id": CLIENT_ID,
            "client_secret": secret,
            "redirect_uri": "http://localhost:8765/xero/callback",
            "scopes": ("offline_access", "openid", "accounting.invoices.read"),
            "login_url": root,
            "identity_url": root,
            "api_url": root,
            **more,
        }
    )


def organisation(tenant_id: str, name: str, *, event: str = "event-1", kind: str = "ORGANISATION") -> dict:
    return {
        "id": f"connection-of-{tenant_id}",
        "authEventId": event,
        "tenantId": tenant_id,
        "tenantType": kind,
        "tenantName": name,
        "createdDateUtc": "2019-07-09T23:40:30.1833130",
        "updatedDateUtc": "2020-05-15T01:35:13.8491980",
    }


def jwt(number: int, event: str | None) -> str:
    claims = {"jti": str(number)} | ({"authentication_event_id": event} if event else {})
    parts = [json.dumps(part).encode() for part in ({"alg": "RS256"}, claims)]
    return ".".join([*(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts), "c2ln"])


@dataclass
class Identity:
    """The server's memory. `faults` are used up one per token request, before ("500", "html", "unreached") or after
    ("lost", "truncated") the request has had its effect."""

    connections: list[dict] = field(default_factory=lambda: [organisation("t-1", "Maple Florist")])
    faults: list[str] = field(default_factory=list)
    event: str | None = "event-1"
    expires_in: object = 1800
    challenge: str | None = None
    slow_seconds: float = 0
    requests: list[tuple[str, str, dict, dict]] = field(default_factory=list)
    refreshes: int = 0
    issued: int = 0
    current: str = ""
    previous: str = ""
    code: str | None = "code-secret-1"
    error: tuple[int, dict] | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def transport(self) -> httpx.MockTransport:
        def handle(request: httpx.Request) -> httpx.Response:
            try:
                status, body = self.answer(
                    request.method, request.url.path, dict(request.headers), request.content.decode()
                )
            except ConnectionError as error:
                raise httpx.ReadError("connection reset", request=request) from error
            return httpx.Response(status, content=body)

        return httpx.MockTransport(handle)

    def answer(self, method: str, path: str, headers: dict, body: str) -> tuple[int, bytes]:
        form = dict(parse_qsl(body))
        self.requests.append((method, path, headers, form))
        if path == "/connections" and method == "GET":
            return 200, json.dumps(self.connections).encode()
        if path.startswith("/connections/"):
            before = len(self.connections)
            self.connections = [one for one in self.connections if not path.endswith("/" + one["id"])]
            return (204 if len(self.connections) < before else 404), b""
        if path == "/connect/revocation":
            self.current = self.previous = ""
            self.connections = []
            return 200, b""
        return self._token(headers, form)

    def _token(self, headers: dict, form: dict) -> tuple[int, bytes]:
        fault = self.faults.pop(0) if self.faults else None
        if fault == "unreached":
            raise ConnectionError
        if fault in {"500", "503", "429"}:
            return int(fault), b"The Xero API is temporarily unavailable"
        if fault == "html":
            return 200, b"<html>a gateway's page</html>"
        time.sleep(self.slow_seconds)
        with self.lock:
            status, answer = self._grant(headers, form)
        text = json.dumps(answer).encode()
        if fault == "lost":
            raise ConnectionError
        return status, text[: len(text) // 2] if fault == "truncated" else text

    def _grant(self, headers: dict, form: dict) -> tuple[int, dict]:
        if self.error:
            return self.error
        known = headers.get("authorization") == BASIC or form.get("client_id") == CLIENT_ID
        if not known:
            return 401, {"error": "invalid_client"}
        kind = form["grant_type"]
        if kind == "authorization_code":
            if form["code"] != self.code or not self._proves(form):
                return 400, {"error": "invalid_grant"}
            self.code = None
        if kind == "refresh_token":
            if form["refresh_token"] not in {self.current, self.previous} - {""}:
                return 400, {"error": "invalid_grant", "error_description": f"spent: {form['refresh_token']}"}
            self.refreshes += 1
        return 200, self._tokens(kind)

    def _proves(self, form: dict) -> bool:
        if self.challenge is None:
            return True
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=") == self.challenge

    def _tokens(self, kind: str) -> dict:
        self.issued += 1
        access = jwt(self.issued, self.event) if self.event else f"opaque-access-{self.issued}"
        answer = {"access_token": access, "expires_in": self.expires_in, "token_type": "Bearer"}
        if kind != "client_credentials":
            self.previous, self.current = self.current, f"refresh-secret-{self.issued}"
            answer |= {"refresh_token": self.current, "scope": "openid offline_access"}
        return answer


@contextmanager
def served(identity: Identity) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            try:
                status, content = identity.answer(self.command, urlsplit(self.path).path, headers, body)
            except ConnectionError:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_DELETE = do_POST

        def log_message(self, format: str, *args: object) -> None:
            pass

        def handle_one_request(self) -> None:
            try:
                super().handle_one_request()
            except ConnectionError:
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
