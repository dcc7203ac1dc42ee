"""Whether one of Xero's hosts answers at all, and what time it is there. Asks without a token, so nothing counts it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from xero_pipeline.errors import XeroUnavailable
from xero_pipeline.xero.http.tls import trusted

_TIMEOUT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class PingResult:
    """A host that answered.

    Args:
        status: The HTTP status, of whatever page it has there.
        seconds: From sending to the answer.
        ahead: By how many seconds our clock is ahead of the host's; None where it tells no time.
    """

    status: int
    seconds: float
    ahead: float | None


def ping(
    url: str, setting: str, *, transport: httpx.BaseTransport | None = None, clock: Callable[[], float] = time.time
) -> PingResult:
    """Ask a host for anything.

    Args:
        setting: The variable that names the host.
        clock: Seconds since 1970.

    Raises:
        XeroUnavailable: It did not answer, or with a failure of its own.
    """
    began = clock()
    try:
        with httpx.Client(transport=transport, verify=trusted(), timeout=_TIMEOUT_SECONDS) as http:
            answer = http.get(url)
    except httpx.HTTPError as error:
        raise XeroUnavailable(
            f"{url} does not answer ({type(error).__name__}). Look at the network, a proxy or firewall, and {setting}."
        ) from error
    ended = clock()
    if answer.status_code >= 500:
        raise XeroUnavailable(f"{url} answers HTTP {answer.status_code}: Xero has trouble. Try again later.")
    theirs = _date(answer)
    # Somewhere between sending and the answer the host looked at its clock; it tells whole seconds.
    ahead = None if theirs is None else (began + ended) / 2 - (theirs.timestamp() + 0.5)
    return PingResult(answer.status_code, ended - began, ahead)


def _date(answer: httpx.Response) -> datetime | None:
    told = answer.headers.get("Date")
    if told is None:
        return None
    try:
        found = parsedate_to_datetime(told)
    except ValueError:
        # Some proxy's idea of a date: as good as none.
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
