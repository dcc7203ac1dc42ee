"""What is known of calls beyond the limits: those made, those put off, those that were in vain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xero_pipeline.state.deferred_work import DeferredWork
from xero_pipeline.xero.http.circuit_breaker import CircuitBreaker
from xero_pipeline.xero.quota.call_outbox import CallOutbox

if TYPE_CHECKING:
    from sqlalchemy import Engine


class CallBook:
    """One for a process.

    Args:
        engine: The state database, from `open_state`.
    """

    def __init__(self, engine: Engine) -> None:
        self.outbox = CallOutbox(engine)
        self.postponed = DeferredWork(engine)
        self.outages = CircuitBreaker()
