"""A call and its repetitions, of whatever kind: the one loop that acts on `retry_policy`."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING, TypeVar

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
