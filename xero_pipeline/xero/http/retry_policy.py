"""What to do about an answer or a failure: take it, repeat the call, or give up with an error that says what to do.

Pure functions; `retry_loop.py` acts on them, for the API and for consents and tokens.
Source: Xero's pages "Response codes" and "OAuth 2.0 API limits", and answers that others recorded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from xero_pipeline.errors import (
    AccessRefused,
    DailyLimitReached,
    MissingScope,
    NotFound,
    OrganisationDisconnected,
    ReconnectError,
    RequestRefused,
    UnreadableAnswer,
    XeroPipelineError,
    XeroUnavailable,
)
from xero_pipeline.xero.http.error_body import is_page, problem_text, says_high_volume, says_not_found
from xero_pipeline.xero.quota.rate_limits import MINUTE

# Why a call is repeated; each is repeated so often.
Reason = Literal["broken", "minute", "concurrent", "token"]

# How often a call is repeated for each reason. Broken: about half a minute in all; minute: ten minutes.
MAX_RETRIES: Mapping[Reason, int] = {"broken": 5, "minute": 10, "concurrent": 20, "token": 1}

# A day of which Xero did not say when it ends is asked about again after this.
_UNTOLD_DAY = 3_600.0


@dataclass(frozen=True, slots=True)
class RequestInfo:
    """What was asked for.

    Args:
        path: Below `/api.xro/2.0/`.
        scope: The scope that opens it, if the caller knows.
    """

    tenant_id: str
    path: str
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class RawResponse:
    """What came back.

    Args:
        headers: Looked up whatever their case.
        flaw: Why the body is not what was promised; None if it is.
        is_error: Whether the body of a good status is an error all the same.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    flaw: str | None = None
    is_error: bool = False


@dataclass(frozen=True, slots=True)
class Retry:
    """Repeat the call.

    Args:
        reason: Why; it decides how often.
        wait: Seconds to wait first; None leaves it to the reason.
        otherwise: The error to raise in the end.
    """

    reason: Reason
    wait: float | None
    otherwise: XeroPipelineError

    @property
    def is_limit(self) -> bool:
        """Whether we wait because there were too many calls."""
        return self.reason in {"minute", "concurrent"}


def classify_failure(asked: RequestInfo, what: str) -> Retry:
    """No whole answer came: timeout, reset, cut-off body.

    Args:
        what: What happened, without secrets.
    """
    message = f"Xero could not be reached, or did not finish its answer ({what}). Try again in a few minutes."
    return Retry("broken", None, XeroUnavailable(message, organisation=asked.tenant_id, endpoint=asked.path))


def classify_response(asked: RequestInfo, reply: RawResponse, now: float) -> Retry | XeroPipelineError | None:
    """Decide about an answer.

    Args:
        now: Seconds since the epoch.

    Returns:
        None to take it, `Retry` to repeat the call, or the error to raise.
    """
    facts: dict[str, Any] = {
        "organisation": asked.tenant_id,
        "endpoint": asked.path,
        "status": reply.status,
        "correlation_id": reply.headers.get("Xero-Correlation-Id"),
    }
    if is_page(reply.body) and reply.status != 429:
        return _page(reply, facts)
    if 200 <= reply.status < 300 and not reply.is_error:
        return None if reply.flaw is None else _unreadable(reply.flaw, facts)
    said = problem_text(reply.body)
    if reply.status in {401, 403}:
        return _forbidden(said, facts) if reply.status == 403 else _unauthorised(asked, reply, said, facts)
    if reply.status == 429:
        return _too_many(reply, now, facts)
    if is_outage(reply.status) or reply.is_error:
        return _unavailable(reply, said, facts)
    return _refused(reply, said, facts)


def is_outage(status: int) -> bool:
    """Whether a status is no answer to the call: the same one may succeed a moment later."""
    # 501: Xero has no such method, today or tomorrow. 408 comes from gateways.
    return status == 408 or (status >= 500 and status != 501)


def _refused(reply: RawResponse, said: str, facts: dict[str, Any]) -> Retry | XeroPipelineError:
    message = f"Xero refused the request: {said or 'it gave no reason'}."
    if reply.status == 400 and says_high_volume(reply.body):
        message += " (Xero refuses to look through more than 100,000 records at once.)"
    if reply.status != 404:
        return RequestRefused(message, **facts)
    return (
        NotFound(message, **facts)
        if says_not_found(reply.body)
        else Retry("broken", None, RequestRefused(message, **facts))
    )


def _page(reply: RawResponse, facts: dict[str, Any]) -> Retry:
    """Something before Xero answered; whatever the status, the same call may succeed a moment later."""
    said = problem_text(reply.body)
    message = (
        f"Not Xero but a gateway before it, or a proxy of yours, answered HTTP {reply.status} with a page for people"
        f"{f': {said}' if said else ''}. Try again in a few minutes."
    )
    error = UnreadableAnswer if 200 <= reply.status < 300 else XeroUnavailable
    return Retry("broken", _retry_after(reply), error(message, **facts))


def _unreadable(flaw: str, facts: dict[str, Any]) -> Retry:
    message = f"Xero's answer is not what the endpoint promises: {flaw}. Try again; if it lasts, please report it."
    return Retry("broken", None, UnreadableAnswer(message, **facts))


def _unauthorised(
    asked: RequestInfo, reply: RawResponse, said: str, facts: dict[str, Any]
) -> Retry | XeroPipelineError:
    challenge = reply.headers.get("WWW-Authenticate", "")
    if "insufficient_scope" in challenge.lower() or "authorizationunsuccessful" in said.lower():
        wanted = f"the scope {asked.scope}" if asked.scope else "a scope"
        return MissingScope(
            f"The consent lacks {wanted} that this endpoint needs. Run `xero-pipeline connect` to give it.", **facts
        )
    message = f"Xero does not accept our access, even renewed: {said or 'it gave no reason'}."
    return Retry("token", 0.0, ReconnectError(f"{message} Run `xero-pipeline connect` again.", **facts))


def _forbidden(said: str, facts: dict[str, Any]) -> XeroPipelineError:
    if "authenticationunsuccessful" in said.lower():
        return OrganisationDisconnected(
            "Xero does not let us into this organisation any more: it was disconnected, deleted or reset, or the "
            "person who connected it has left. Run `xero-pipeline connect` to connect it again.",
            **facts,
        )
    return AccessRefused(
        f"The person who connected may not read this in Xero: {said or 'it gave no reason'}. "
        "Let somebody with the adviser role (for reports: with the reports permission) connect.",
        **facts,
    )


def _too_many(reply: RawResponse, now: float, facts: dict[str, Any]) -> Retry | XeroPipelineError:
    problem, seconds = rate_limit(reply)
    if problem == "day":
        resume_at = datetime.fromtimestamp(now, UTC) + timedelta(seconds=_UNTOLD_DAY if seconds is None else seconds)
        return DailyLimitReached(
            f"Xero's calls of the day are used up for this organisation. It may go on at "
            f"{resume_at:%Y-%m-%d %H:%M} UTC.",
            resume_at=resume_at,
            **facts,
        )
    message = "Xero kept refusing calls as too many. Another program may be using the same app; try again later."
    if problem == "concurrent":
        return Retry("concurrent", None, XeroUnavailable(message, **facts))
    return Retry("minute", MINUTE if seconds is None else min(seconds, MINUTE), XeroUnavailable(message, **facts))


def rate_limit(reply: RawResponse) -> tuple[str, float | None]:
    """Which limit a 429 speaks of, and for how many seconds.

    A limit that Xero does not name is taken for the day's when it lasts longer than a minute, so that nobody ever
    sleeps for hours, and for too many calls at once when it has no duration.

    Args:
        reply: A 429.
    """
    seconds = _seconds(reply.headers.get("Retry-After"))
    problem = reply.headers.get("X-Rate-Limit-Problem", "").strip().lower()
    if problem in {"minute", "day", "concurrent", "appminute"}:
        return problem, seconds
    if seconds is None:
        return "concurrent", None
    if is_page(reply.body):
        return "minute", min(seconds, MINUTE)  # a gateway knows nothing of an organisation's day
    return ("day" if seconds > MINUTE else "minute"), seconds


def _unavailable(reply: RawResponse, said: str, facts: dict[str, Any]) -> Retry:
    message = f"Xero is not available: {said or 'it gave no reason'}. Try again in a few minutes."
    return Retry("broken", _retry_after(reply), XeroUnavailable(message, **facts))


def _retry_after(reply: RawResponse) -> float | None:
    seconds = _seconds(reply.headers.get("Retry-After"))
    return None if seconds is None else min(seconds, MINUTE)


def _seconds(text: str | None) -> float | None:
    # Xero sends whole seconds. A date, which HTTP would allow as well, counts as not said.
    return float(text) if text is not None and text.isascii() and text.isdecimal() else None
