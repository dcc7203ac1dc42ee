"""A circuit breaker per organisation: when Xero does not respond, one asset of a run waits, the others do not."""

from __future__ import annotations

import threading

from xero_pipeline.errors import XeroPipelineError, XeroUnavailable
from xero_pipeline.xero.http.retry_policy import MAX_RETRIES, Reason


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
