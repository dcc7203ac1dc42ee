"""One GET over the network: sent, read to its end, and freed of secrets."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
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
    """

    reply: RawResponse | None
    failure: str
    envelope: Envelope | None
    wire_bytes: int
    started: float
    seconds: float
    limits: Limits


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
        started = self._clock()
        signed = {**headers, "Authorization": f"Bearer {token}"}
        response, body, failure = None, None, ""
        try:
            with self._http.stream("GET", url, headers=signed) as response:
                body = self._read(response, until=started + REQUEST_SECONDS)
        except httpx.RequestError as error:
            # Only its words go on: the error itself holds the request, and that the token.
            failure = f"{type(error).__name__}: {error}".replace(token, "***")
        seconds = max(0.0, self._clock() - started)
        if response is None:
            return Exchange(None, failure, None, 0, started, seconds, Limits())
        limits = Limits.from_headers(response.headers)
        nothing = _NOTHING if "If-Modified-Since" in headers else {204}  # XeroAPI/Xero-Net#331: 304 to who did not ask
        reply, envelope = _checked(response, body, token, nothing)
        return Exchange(reply, failure, envelope, response.num_bytes_downloaded, started, seconds, limits)

    def _read(self, response: httpx.Response, until: float) -> bytes:
        parts: list[bytes] = []
        # Packed bytes say so themselves (`readable`); the header is at times missing, and at times left over.
        response.headers.pop("Content-Encoding", None)
        for part in response.iter_bytes():
            parts.append(part)
            # httpx only limits the time between two bytes; a slow drip could outlive the quota's lease.
            if self._clock() > until:
                raise httpx.ReadTimeout(f"no end after {REQUEST_SECONDS:.0f} s", request=response.request)
        return b"".join(parts)


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
