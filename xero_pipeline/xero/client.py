"""One request to Xero: token, quota, send, decide, and again if that helps."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import NoReturn, Protocol, Self
from urllib.parse import quote, urlencode

import httpx
import tenacity

from xero_pipeline.errors import XeroPipelineError
from xero_pipeline.xero.answers import Answer, Call
from xero_pipeline.xero.quota import Quota
from xero_pipeline.xero.verdicts import PATIENCE, Again, Asked, judge, judge_failure, rate_limit
from xero_pipeline.xero.wire import Sent, Wire

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


@dataclass(slots=True)
class _Turn:
    """One `get`, and what its attempts have seen so far."""

    asked: Asked
    url: str
    headers: Mapping[str, str]
    attempt: int = 0
    rejected: str | None = field(default=None, repr=False)
    limited: bool = False
    repeated: Counter[str] = field(default_factory=Counter)


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
    ) -> None:
        self._base = f"{api_url.rstrip('/')}/api.xro/2.0/"
        self._tokens = tokens
        self._quota = quota
        self._on_call = on_call
        self._clock = clock
        self._sleep = sleep
        self._on_wait = on_wait
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
    ) -> Answer:
        """Read one answer, repeating the call as long as that may help.

        Args:
            tenant_id: The organisation.
            path: Below `/api.xro/2.0/`.
            params: Query parameters.
            modified_since: Only what was created or changed since; cut to whole seconds, as Xero reads it.
            scope: The scope that opens the path, to be named if the consent lacks it.

        Raises:
            ReconnectError: The consent is gone or does not reach so far (MissingScope, OrganisationDisconnected, …).
            AccessRefused: The person who connected has no role for it.
            DailyLimitReached: The organisation's day is used up; it says until when.
            XeroUnavailable: Xero kept failing.
            UnreadableAnswer: Xero kept answering something else than a JSON envelope.
            RequestRefused: Xero did not understand the request.
        """
        asked = Asked(tenant_id, path.strip("/"), scope)
        headers = {"xero-tenant-id": tenant_id}
        if modified_since is not None:
            headers["If-Modified-Since"] = _whole_seconds(modified_since)
        # A space must not become a plus, which Xero's filters need not take for one.
        query = f"?{urlencode(dict(params), quote_via=quote)}" if params else ""
        turn = _Turn(asked, f"{self._base}{asked.path}{query}", headers)
        retrying = tenacity.Retrying(
            sleep=lambda seconds: self._wait(seconds, _LIMIT if turn.limited else _TROUBLE),
            retry=tenacity.retry_if_exception_type(_Repeat),
            wait=lambda state: _pause(_again(state), state),
            stop=lambda state: turn.repeated[_again(state).reason] > PATIENCE[_again(state).reason],
            retry_error_callback=_give_up,
        )
        return replace(retrying(self._attempt, turn), params=dict(params or {}), modified_since=modified_since)

    def _attempt(self, turn: _Turn) -> Answer:
        turn.attempt += 1
        tenant_id = turn.asked.tenant_id
        token = self._tokens.access_token(tenant_id, rejected=turn.rejected)
        turn.rejected = None
        with self._quota.slot(tenant_id, lambda seconds: self._wait(seconds, _LIMIT)):
            sent = self._wire.get(turn.url, turn.headers, token)
        self._quota.learn(tenant_id, sent.limits)
        self._tell(turn, sent)
        verdict = self._decide(turn.asked, sent)
        if isinstance(verdict, XeroPipelineError):
            raise verdict
        if isinstance(verdict, Again):
            turn.rejected = token if verdict.reason == "token" else None
            turn.repeated[verdict.reason] += 1
            turn.limited = verdict.reason in {"minute", "concurrent"}
            raise _Repeat(verdict)
        return verdict

    def _wait(self, seconds: float, why: str) -> None:
        if self._on_wait is not None:
            self._on_wait(seconds, why)
        self._sleep(seconds)

    def _decide(self, asked: Asked, sent: Sent) -> Answer | Again | XeroPipelineError:
        if sent.reply is None:
            return judge_failure(asked, sent.failure)
        if sent.reply.status == 429:
            self._quota.exhausted(asked.tenant_id, *rate_limit(sent.reply))
        verdict = judge(asked, sent.reply, self._clock())
        if verdict is not None or sent.envelope is None:
            return verdict or judge_failure(asked, "an answer without an envelope")
        return Answer(
            body=sent.reply.body,
            status=sent.reply.status,
            wire_bytes=sent.wire_bytes,
            server_time=sent.envelope.server_time,
            limits=sent.limits,
            path=asked.path,
            seconds=sent.seconds,
            pagination=sent.envelope.pagination,
        )

    def _tell(self, turn: _Turn, sent: Sent) -> None:
        if self._on_call is None:
            return
        self._on_call(
            Call(
                tenant_id=turn.asked.tenant_id,
                path=turn.asked.path,
                status=None if sent.reply is None else sent.reply.status,
                wire_bytes=sent.wire_bytes,
                seconds=sent.seconds,
                attempt=turn.attempt,
                limits=sent.limits,
                at=datetime.fromtimestamp(sent.started, UTC),
            )
        )


def _whole_seconds(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError("If-Modified-Since needs an instant with its zone")
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"


def _again(state: tenacity.RetryCallState) -> Again:
    problem = state.outcome.exception() if state.outcome else None
    if not isinstance(problem, _Repeat):
        raise TypeError(f"only _Repeat is repeated, not {type(problem).__name__}")
    return problem.again


def _pause(again: Again, state: tenacity.RetryCallState) -> float:
    if again.wait is not None:
        return again.wait
    return _ELBOW_ROOM(state) if again.reason == "concurrent" else _BACKOFF(state)


def _give_up(state: tenacity.RetryCallState) -> NoReturn:
    raise _again(state).otherwise from None
