"""One GET over the network: sent, read to its end, and freed of secrets."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version

import httpx

from xero_pipeline.xero.http.error_body import is_error
from xero_pipeline.xero.http.json_repair import readable, repaired
from xero_pipeline.xero.http.response import Envelope
from xero_pipeline.xero.http.retry_policy import RawResponse
from xero_pipeline.xero.http.tls import trusted
from xero_pipeline.xero.quota.rate_limits import Limits

# Whatever a server does, a request ends about here; it must stay below limiter.LEASE_SECONDS.
REQUEST_SECONDS = 180.0
_TIMEOUT = httpx.Timeout(connect=10, read=60, write=10, pool=60)
# No content (calcinai/xero-php#671), and nothing that changed since: good answers that hold nothing.
_NOTHING = frozenset({204, 304})
_ENVELOPE = b'{"Status":"OK"}'
LARGEST_FILE = 25 * 1024 * 1024
"""So large may a file be in Xero (community.xero.com/developer/discussion/3095073): more is never held in memory."""
_CONNECTIONS = httpx.Limits(max_connections=50, max_keepalive_connections=20)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One attempt that ended.

    Args:
        reply: What came back; None if it was not whole.
        failure: What went wrong then.
        envelope: Of a good reply.
        wire_bytes: Bytes of the body as they came over the network.
        started: When it was sent, in seconds since the epoch.
        seconds: From sending to the end.
        content: Of a good reply that is a file; None where it is larger than any of Xero's.
    """

    reply: RawResponse | None
    failure: str
    envelope: Envelope | None
    wire_bytes: int
    started: float
    seconds: float
    limits: Limits
    content: bytes | None = None


class HttpTransport:
    """The connections to one API; several threads may use them.

    Args:
        clock: Seconds since the epoch.
    """

    def __init__(self, transport: httpx.BaseTransport | None, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._http = httpx.Client(
            transport=transport,
            verify=trusted(),
            timeout=_TIMEOUT,
            limits=_CONNECTIONS,
            headers={
                "Accept": "application/json",  # the default is XML
                "Accept-Encoding": "gzip",
                "User-Agent": f"xero-pipeline/{_version()}",
            },
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def get(self, url: str, headers: Mapping[str, str], token: str) -> Exchange:
        """Send one request and read the answer to its end. Does not raise for what the network does.

        Args:
            headers: Besides those of every request.
            token: The access token. It goes into the request and nowhere else.
        """
        sent = self._send(url, headers, token, packed=True)
        if sent.response is None:
            return Exchange(None, sent.failure, None, 0, sent.started, sent.seconds, Limits())
        nothing = _NOTHING if "If-Modified-Since" in headers else {204}  # XeroAPI/Xero-Net#331: 304 to who did not ask
        reply, envelope = _checked(sent.response, sent.body, token, nothing)
        return replace(sent.exchange(reply), envelope=envelope)

    def get_file(self, url: str, headers: Mapping[str, str], token: str) -> Exchange:
        """The same for a file: its bytes as they are, up to the largest that Xero takes.

        Args:
            headers: Besides those of every request; `Accept` among them.
            token: The access token. It goes into the request and nowhere else.
        """
        sent = self._send(url, {**headers, "Accept-Encoding": "identity"}, token, packed=False)
        if sent.response is None:
            return Exchange(None, sent.failure, None, 0, sent.started, sent.seconds, Limits())
        reply, content = _checked_file(sent.response, sent.body, token)
        return replace(sent.exchange(reply), content=content)

    def _send(self, url: str, headers: Mapping[str, str], token: str, *, packed: bool) -> _Sent:
        started = self._clock()
        signed = {**headers, "Authorization": f"Bearer {token}"}
        response, body, failure = None, None, ""
        try:
            with self._http.stream("GET", url, headers=signed) as response:
                if packed:
                    # Packed bytes say so themselves (`readable`); the header is at times missing, or left over.
                    response.headers.pop("Content-Encoding", None)
                body = self._read(response, until=started + REQUEST_SECONDS, largest=None if packed else LARGEST_FILE)
        except httpx.RequestError as error:
            # Only its words go on: the error itself holds the request, and that the token.
            failure = f"{type(error).__name__}: {error}".replace(token, "***")
        return _Sent(response, body, failure, started, max(0.0, self._clock() - started))

    def _read(self, response: httpx.Response, until: float, largest: int | None) -> bytes:
        parts: list[bytes] = []
        length = 0
        for part in response.iter_bytes():
            parts.append(part)
            length += len(part)
            # httpx only limits the time between two bytes; a slow drip could outlive the quota's lease.
            if self._clock() > until:
                raise httpx.ReadTimeout(f"no end after {REQUEST_SECONDS:.0f} s", request=response.request)
            if largest is not None and length > largest:
                break
        return b"".join(parts)


@dataclass(frozen=True, slots=True)
class _Sent:
    """What came of a request, unread; without a response, or a whole body, the failure says why."""

    response: httpx.Response | None
    body: bytes | None
    failure: str
    started: float
    seconds: float

    def exchange(self, reply: RawResponse | None) -> Exchange:
        assert self.response is not None
        limits, length = Limits.from_headers(self.response.headers), self.response.num_bytes_downloaded
        return Exchange(reply, self.failure, None, length, self.started, self.seconds, limits)


def _checked(
    response: httpx.Response, body: bytes | None, token: str, nothing: Collection[int]
) -> tuple[RawResponse | None, Envelope | None]:
    if body is None:
        return None, None
    body = readable(body)
    if response.status_code in nothing and not body:
        return RawResponse(200, response.headers, _ENVELOPE), Envelope.read(_ENVELOPE)
    if not response.is_success:
        said = body.replace(token.encode(), b"***")
        return RawResponse(response.status_code, response.headers, said), None
    try:
        envelope = _envelope(body)
    except ValueError as flaw:
        return RawResponse(response.status_code, response.headers, body, flaw=str(flaw)), None
    return RawResponse(response.status_code, response.headers, body, is_error=is_error(envelope.parts)), envelope


def _checked_file(response: httpx.Response, body: bytes | None, token: str) -> tuple[RawResponse | None, bytes | None]:
    if body is None:
        return None, None
    if not response.is_success:
        said = readable(body).replace(token.encode(), b"***")
        return RawResponse(response.status_code, response.headers, said), None
    # What a file says of itself is nothing of Xero's: it is not looked at.
    reply = RawResponse(response.status_code, response.headers, b"")
    return reply, body if len(body) <= LARGEST_FILE else None


def _envelope(body: bytes) -> Envelope:
    """Raises ValueError for what is no JSON object, however it is repaired."""
    try:
        return Envelope.read(body)
    except ValueError as flaw:
        with suppress(ValueError):
            return Envelope.read(repaired(body))
        raise flaw from None


def _version() -> str:
    try:
        return version("xero-pipeline")
    except PackageNotFoundError:
        return "0"  # run from a source tree that was never installed
