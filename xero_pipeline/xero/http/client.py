"""One request to Xero: token, quota, send, decide, and again if that helps."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self, TypeVar

import httpx

from xero_pipeline.errors import OrganisationDisconnected, XeroPipelineError
from xero_pipeline.spans import span, template
from xero_pipeline.xero.http.request_state import RequestState
from xero_pipeline.xero.http.response import ApiResponse, CallRecord, FileResponse
from xero_pipeline.xero.http.retry_loop import CircuitBreaker, call_with_retries
from xero_pipeline.xero.http.retry_policy import RequestInfo, Retry, classify_failure, classify_response, rate_limit
from xero_pipeline.xero.http.transport import Exchange, HttpTransport
from xero_pipeline.xero.quota.call_context import CallContext
from xero_pipeline.xero.quota.limiter import Quota

__all__ = ["AccessTokens", "ApiResponse", "CallRecord", "XeroClient"]

T = TypeVar("T", ApiResponse, FileResponse)

_ACCOUNTING = "api.xro/2.0"
LIMIT = "Xero's limit of calls"
_TROUBLE = "Xero did not answer well, we ask again"


class AccessTokens(Protocol):
    """Where access tokens come from."""

    def access_token(self, tenant_id: str, rejected: str | None = None) -> str:
        """A token for an organisation.

        Args:
            rejected: A token that Xero has just refused; another one is wanted.
        """
        ...


def full_path(path: str) -> str:
    """A path below Xero's host: that of another API names it, such as `payroll.xro/1.0/PayRuns`."""
    return path if ".xro/" in path else f"{_ACCOUNTING}/{path}"


class Abandoned(Exception):
    """Ends a call that nobody waits for any more; whoever would be told of it has gone."""


class XeroClient:
    """Reads from Xero for any number of organisations and threads.

    Args:
        api_url: The API's host, such as `https://api.xero.com`.
        tokens: Where access tokens come from.
        quota: Lets the calls out.
        on_call: Told about every attempt, in the thread that made it.
        clock: Seconds since the epoch.
        sleep: Waits so many seconds.
        on_wait: Told before every wait: how many seconds, and why, in words for people.
        call_context: What the calls are made for, and how many they may be.
        circuit_breaker: Which organisations Xero does not answer for; shared by the clients of a run.
        fall_back: Asked when Xero does not let a token into an organisation: is there a token that it lets in?
        http: Connections that others use, too, and that are not closed here; None for its own.
    """

    def __init__(
        self,
        *,
        api_url: str,
        tokens: AccessTokens,
        quota: Quota,
        transport: httpx.BaseTransport | None = None,
        on_call: Callable[[CallRecord], None] | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        on_wait: Callable[[float, str], None] | None = None,
        call_context: CallContext | None = None,
        circuit_breaker: CircuitBreaker | None = None,
        fall_back: Callable[[str, str], bool] = lambda _tenant_id, _token: False,
        http: HttpTransport | None = None,
    ) -> None:
        self._host = api_url.rstrip("/")
        self._tokens = tokens
        self._quota = quota
        self._on_call = on_call
        self._clock = clock
        self._sleep = sleep
        self._on_wait = on_wait
        self._call_context = call_context or CallContext()
        self._circuit_breaker = circuit_breaker or CircuitBreaker()
        self._fall_back = fall_back
        self._http = http or HttpTransport(transport, clock)
        self._is_shared = http is not None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections, unless others use them."""
        if not self._is_shared:
            self._http.close()

    def get(
        self,
        tenant_id: str,
        path: str,
        *,
        params: Mapping[str, str | Sequence[str]] | None = None,
        modified_since: datetime | None = None,
        scope: str | None = None,
        cancelled: threading.Event | None = None,
    ) -> ApiResponse:
        """Read one answer, repeating the call as long as that may help.

        Args:
            path: Below `/api.xro/2.0/`, or of another API, as in `full_path`.
            params: The query; a parameter that has several values is repeated.
            modified_since: Only what was created or changed since; cut to whole seconds, as Xero reads it.
            scope: The scope that opens the path, to be named if the consent lacks it.
            cancelled: Set when nobody waits for the answer any more: then nothing more is sent, and no wait goes on.

        Raises:
            ReconnectError: The consent is gone or does not reach so far (MissingScope, OrganisationDisconnected, …).
            AccessRefused: The person who connected has no role for it.
            BudgetReached: The run has made the calls it may make.
            DailyLimitReached: The organisation's day is used up; it says until when.
            XeroUnavailable: Xero kept failing.
            UnreadableAnswer: Xero kept answering something else than a JSON envelope.
            RequestRefused: Xero did not understand the request.
        """
        request = RequestState(
            RequestInfo(tenant_id, path.strip("/"), scope), params or {}, modified_since, self._call_context
        )
        return self._answered(request, cancelled, self._http.get, request.answer)

    def get_file(self, tenant_id: str, path: str, *, mime_type: str, scope: str | None = None) -> FileResponse:
        """Read one file, held in memory whole: 25 MB at most, as Xero takes no larger ones.

        Args:
            path: Below `/api.xro/2.0/`.
            mime_type: What kind of file Xero said it is.
            scope: The scope that opens the path, to be named if the consent lacks it.

        Raises:
            XeroPipelineError: As `get`; RequestRefused also for a file that is larger.
        """
        asked = RequestInfo(tenant_id, path.strip("/"), scope)
        request = RequestState(asked, {}, None, self._call_context, mime_type or "application/octet-stream")
        return self._answered(request, None, self._http.get_file, request.file)

    def _answered(
        self,
        request: RequestState,
        cancelled: threading.Event | None,
        send: Callable[[str, Mapping[str, str], str], Exchange],
        read: Callable[[Exchange], T | None],
    ) -> T:
        breaker, tenant_id = self._circuit_breaker, request.asked.tenant_id
        return call_with_retries(
            lambda: self._attempt(request, cancelled, send, read),
            lambda seconds, retry: self._wait(seconds, LIMIT if retry.is_limit else _TROUBLE, cancelled),
            max_retries=lambda reason: breaker.max_retries(tenant_id, reason),
            give_up=lambda error: breaker.give_up(tenant_id, error),
        )

    def calls_left(self, tenant_id: str) -> int:
        """How many calls may still be made to an organisation: today, and by this run."""
        return self._quota.calls_left(tenant_id, self._call_context)

    def _attempt(
        self,
        request: RequestState,
        cancelled: threading.Event | None,
        send: Callable[[str, Mapping[str, str], str], Exchange],
        read: Callable[[Exchange], T | None],
    ) -> T | Retry:
        request.attempt += 1
        tenant_id = request.asked.tenant_id
        token = self._tokens.access_token(tenant_id, rejected=request.rejected)
        url = f"{self._host}/{full_path(request.asked.path)}{'?' if request.params else ''}{request.query}"
        with (
            self._quota.slot(
                tenant_id, lambda seconds: self._wait(seconds, LIMIT, cancelled), request.outgoing()
            ) as held,
            span("call", organisation=tenant_id, path=template(request.asked.path), attempt=request.attempt) as note,
        ):
            sent = send(url, request.headers, token)
            held.call = call = request.call(sent)
            note(http__request__method="GET", http__response__status_code=call.status, bytes=call.wire_bytes)
        if self._on_call is not None:
            self._on_call(call)
        verdict = self._decide(request, sent, read)
        if isinstance(verdict, OrganisationDisconnected) and self._fall_back(tenant_id, token):
            verdict = Retry("token", 0.0, verdict)
        if isinstance(verdict, XeroPipelineError):
            raise verdict
        if isinstance(verdict, Retry):
            request.rejected = token if verdict.reason == "token" else None
        else:
            self._circuit_breaker.reset(tenant_id)
        return verdict

    def _wait(self, seconds: float, why: str, cancelled: threading.Event | None) -> None:
        if cancelled is not None and cancelled.is_set():
            raise Abandoned
        if self._on_wait is not None:
            self._on_wait(seconds, why)
        if cancelled is not None and self._sleep is time.sleep:
            cancelled.wait(seconds)
        else:
            self._sleep(seconds)
        if cancelled is not None and cancelled.is_set():
            raise Abandoned

    def _decide(
        self, request: RequestState, sent: Exchange, read: Callable[[Exchange], T | None]
    ) -> T | Retry | XeroPipelineError:
        if sent.reply is None:
            return classify_failure(request.asked, sent.failure)
        if sent.reply.status == 429:
            self._quota.exhausted(request.asked.tenant_id, *rate_limit(sent.reply))
        verdict = classify_response(request.asked, sent.reply, self._clock())
        return verdict or read(sent) or classify_failure(request.asked, "an answer of another kind than was asked for")
