"""One request to Xero: token, quota, send, decide, and again if that helps."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from types import TracebackType
from typing import NoReturn, Protocol, Self

import httpx
import tenacity

from xero_pipeline.errors import OrganisationDisconnected, XeroPipelineError, XeroUnavailable
from xero_pipeline.xero.http.circuit_breaker import Outages
from xero_pipeline.xero.http.request_state import RequestState
from xero_pipeline.xero.http.response import Answer, Call
from xero_pipeline.xero.http.retry import Again, CallAsked, judge, judge_failure, rate_limit
from xero_pipeline.xero.http.transport import Sent, Wire
from xero_pipeline.xero.quota.call_context import Errand
from xero_pipeline.xero.quota.limiter import Quota

__all__ = ["AccessTokens", "Answer", "Call", "XeroClient"]

# Waits where Xero names none. Both jitter, so that five threads do not come back as one.
_BACKOFF = tenacity.wait_exponential_jitter(initial=1, max=30, jitter=1)
_ELBOW_ROOM = tenacity.wait_random(1, 5)
_LIMIT = "Xero's limit of calls"
_TROUBLE = "Xero did not answer well, we ask again"


class AccessTokens(Protocol):
    """Where access tokens come from."""

    def access_token(self, tenant_id: str, rejected: str | None = None) -> str:
        """A token for an organisation.

        Args:
            tenant_id: The organisation.
            rejected: A token that Xero has just refused; another one is wanted.
        """
        ...


class _Repeat(Exception):
    """Says to tenacity that the call is to be repeated; never leaves this file."""

    def __init__(self, again: Again) -> None:
        super().__init__(again.reason)
        self.again = again


class Abandoned(Exception):
    """Ends a call that nobody waits for any more; whoever would be told of it has gone."""


class XeroClient:
    """Reads from Xero for any number of organisations and threads.

    Args:
        api_url: The API's host, such as `https://api.xero.com`.
        tokens: Where access tokens come from.
        quota: Lets the calls out.
        transport: Another way than the network, for the simulator.
        on_call: Told about every attempt, in the thread that made it.
        clock: Seconds since the epoch.
        sleep: Waits so many seconds.
        on_wait: Told before every wait: how many seconds, and why, in words for people.
        errand: What the calls are made for, and how many they may be.
        outages: Which organisations Xero does not answer for; shared by the clients of a run.
        another_way: Asked when Xero does not let a token into an organisation: is there a token that it lets in?
    """

    def __init__(
        self,
        *,
        api_url: str,
        tokens: AccessTokens,
        quota: Quota,
        transport: httpx.BaseTransport | None = None,
        on_call: Callable[[Call], None] | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        on_wait: Callable[[float, str], None] | None = None,
        errand: Errand | None = None,
        outages: Outages | None = None,
        another_way: Callable[[str, str], bool] = lambda _tenant_id, _token: False,
    ) -> None:
        self._base = f"{api_url.rstrip('/')}/api.xro/2.0/"
        self._tokens = tokens
        self._quota = quota
        self._on_call = on_call
        self._clock = clock
        self._sleep = sleep
        self._on_wait = on_wait
        self._errand = errand or Errand()
        self._outages = outages or Outages()
        self._another_way = another_way
        self._wire = Wire(transport, clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._wire.close()

    def get(
        self,
        tenant_id: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        modified_since: datetime | None = None,
        scope: str | None = None,
        over: threading.Event | None = None,
    ) -> Answer:
        """Read one answer, repeating the call as long as that may help.

        Args:
            tenant_id: The organisation.
            path: Below `/api.xro/2.0/`.
            params: Query parameters.
            modified_since: Only what was created or changed since; cut to whole seconds, as Xero reads it.
            scope: The scope that opens the path, to be named if the consent lacks it.
            over: Set when nobody waits for the answer any more: then nothing more is sent, and no wait goes on.

        Raises:
            ReconnectError: The consent is gone or does not reach so far (MissingScope, OrganisationDisconnected, …).
            AccessRefused: The person who connected has no role for it.
            BudgetReached: The run has made the calls it may make.
            DailyLimitReached: The organisation's day is used up; it says until when.
            XeroUnavailable: Xero kept failing.
            UnreadableAnswer: Xero kept answering something else than a JSON envelope.
            RequestRefused: Xero did not understand the request.
        """
        turn = RequestState(CallAsked(tenant_id, path.strip("/"), scope), params or {}, modified_since, self._errand)
        retrying = tenacity.Retrying(
            sleep=lambda seconds: self._wait(seconds, _LIMIT if turn.limited else _TROUBLE, over),
            retry=tenacity.retry_if_exception_type(_Repeat),
            wait=lambda state: _pause(_again(state), state),
            stop=lambda state: self._is_enough(turn, _again(state)),
            retry_error_callback=lambda state: self._give_up(tenant_id, _again(state).otherwise),
        )
        return retrying(self._attempt, turn, over)

    def calls_left(self, tenant_id: str) -> int:
        """How many calls may still be made to an organisation: today, and by this run.

        Args:
            tenant_id: The organisation.
        """
        return self._quota.calls_left(tenant_id, self._errand)

    def _attempt(self, turn: RequestState, over: threading.Event | None) -> Answer:
        turn.attempt += 1
        tenant_id = turn.asked.tenant_id
        token = self._tokens.access_token(tenant_id, rejected=turn.rejected)
        turn.rejected = None
        url, headers = f"{self._base}{turn.asked.path}{'?' if turn.params else ''}{turn.query}", turn.headers
        with self._quota.slot(tenant_id, lambda seconds: self._wait(seconds, _LIMIT, over), turn.outgoing()) as held:
            sent = self._wire.get(url, headers, token)
            held.call = call = turn.call(sent)
        if self._on_call is not None:
            self._on_call(call)
        verdict = self._decide(turn, sent)
        if isinstance(verdict, OrganisationDisconnected) and self._another_way(tenant_id, token):
            verdict = Again("token", 0.0, verdict)
        if isinstance(verdict, XeroPipelineError):
            raise verdict
        if isinstance(verdict, Again):
            turn.again(verdict, token)
            raise _Repeat(verdict)
        self._outages.end(tenant_id)
        return verdict

    def _is_enough(self, turn: RequestState, again: Again) -> bool:
        return turn.repeated[again.reason] > self._outages.patience(turn.asked.tenant_id, again.reason)

    def _give_up(self, tenant_id: str, error: XeroPipelineError) -> NoReturn:
        if isinstance(error, XeroUnavailable):
            if tenant_id in self._outages:
                error.message += " Another call of this run had no answer before, so this one was not repeated."
            self._outages.begin(tenant_id)
        raise error from None

    def _wait(self, seconds: float, why: str, over: threading.Event | None) -> None:
        if over is not None and over.is_set():
            raise Abandoned
        if self._on_wait is not None:
            self._on_wait(seconds, why)
        if over is not None and self._sleep is time.sleep:
            over.wait(seconds)
        else:
            self._sleep(seconds)
        if over is not None and over.is_set():
            raise Abandoned

    def _decide(self, turn: RequestState, sent: Sent) -> Answer | Again | XeroPipelineError:
        if sent.reply is None:
            return judge_failure(turn.asked, sent.failure)
        if sent.reply.status == 429:
            self._quota.exhausted(turn.asked.tenant_id, *rate_limit(sent.reply))
        verdict = judge(turn.asked, sent.reply, self._clock())
        return verdict or turn.answer(sent) or judge_failure(turn.asked, "an answer without an envelope")


def _again(state: tenacity.RetryCallState) -> Again:
    problem = state.outcome.exception() if state.outcome else None
    if not isinstance(problem, _Repeat):
        raise TypeError(f"only _Repeat is repeated, not {type(problem).__name__}")
    return problem.again


def _pause(again: Again, state: tenacity.RetryCallState) -> float:
    if again.wait is not None:
        return again.wait
    return _ELBOW_ROOM(state) if again.reason == "concurrent" else _BACKOFF(state)
