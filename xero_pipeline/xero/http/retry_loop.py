"""A call and its repetitions, of whatever kind: the one loop that acts on `retry_policy`, and what cuts it short."""

from __future__ import annotations

import random
import threading
from collections import Counter
from typing import TYPE_CHECKING, TypeVar

from xero_pipeline.errors import XeroUnavailable
from xero_pipeline.xero.http.retry_policy import MAX_RETRIES, Retry

if TYPE_CHECKING:
    from collections.abc import Callable

    from xero_pipeline.errors import XeroPipelineError
    from xero_pipeline.xero.http.retry_policy import Reason

T = TypeVar("T")

_LONGEST_SECONDS = 30.0


def call_with_retries(
    attempt: Callable[[], T | Retry],
    wait: Callable[[float, Retry], object],
    *,
    max_retries: Callable[[Reason], int] = MAX_RETRIES.__getitem__,
    give_up: Callable[[XeroPipelineError], object] = lambda _: None,
) -> T:
    """Make a call, and again as long as its outcome says that this may help.

    Args:
        attempt: Makes it once.
        wait: Waits so many seconds before the next attempt.
        max_retries: How often it is repeated for a reason.
        give_up: Told of the error before it is raised.

    Returns:
        The outcome.

    Raises:
        XeroPipelineError: It was repeated as often as its reason allows; or `attempt` raises it.
    """
    repeated: Counter[Reason] = Counter()
    while isinstance(outcome := attempt(), Retry):
        repeated[outcome.reason] += 1
        if repeated[outcome.reason] > max_retries(outcome.reason):
            give_up(outcome.otherwise)
            raise outcome.otherwise
        wait(_pause(outcome, repeated.total()), outcome)
    return outcome


def _pause(retry: Retry, attempt: int) -> float:
    """Where Xero names no wait it is random in part, so that five threads do not come back as one."""
    if retry.wait is not None:
        return retry.wait
    if retry.reason == "concurrent":
        return random.uniform(1, 5)
    return min(2.0 ** (attempt - 1) + random.uniform(0, 1), _LONGEST_SECONDS)


class CircuitBreaker:
    """What the clients of a run know together; safe to share between threads.

    A call to such an organisation is still made, for it may be one endpoint alone that does not answer, but it is not
    repeated; the first whole answer ends the outage.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._out: set[str] = set()

    def give_up(self, tenant_id: str, error: XeroPipelineError) -> None:
        """A call was repeated in vain; if that is because Xero does not answer, the next calls are not repeated.

        Args:
            error: What is raised now; it says so where this call was not repeated for that reason.
        """
        if not isinstance(error, XeroUnavailable):
            return
        if tenant_id in self:
            error.message += " Another call of this run had no answer before, so this one was not repeated."
        with self._lock:
            self._out.add(tenant_id)

    def reset(self, tenant_id: str) -> None:
        """Xero has answered for an organisation."""
        if tenant_id in self._out:
            with self._lock:
                self._out.discard(tenant_id)

    def __contains__(self, tenant_id: str) -> bool:
        return tenant_id in self._out

    def max_retries(self, tenant_id: str, reason: Reason) -> int:
        """How often a call is repeated.

        Args:
            reason: Why it would be.
        """
        return 0 if reason == "broken" and tenant_id in self else MAX_RETRIES[reason]
