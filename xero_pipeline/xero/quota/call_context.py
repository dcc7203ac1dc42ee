"""What the calls of a client are made for, and how many they may be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from xero_pipeline.errors import BudgetReached
from xero_pipeline.state.deferred_work import PAUSE


@dataclass(frozen=True, slots=True)
class CallContext:
    """On whose behalf Xero is called.

    Args:
        asset: The table that is brought up to date, such as `invoices`; None for calls that belong to none.
        run_id: Dagster's run; None outside of one.
        max_calls: How many calls the run may make to each organisation, repeated ones included; None for no bound.
        budget: What shares that bound: the run, or a backfill or command of several runs.
    """

    asset: str | None = None
    run_id: str | None = None
    max_calls: int | None = None
    budget: str | None = None

    @property
    def budget_key(self) -> str:
        """The name under which the calls are counted; the run's own where nothing is shared."""
        return self.budget or self.run_id or ""

    def budget_reached(self, tenant_id: str, now: float) -> BudgetReached:
        """The error for a call that is one too many.

        Args:
            now: Seconds since the epoch.
        """
        return BudgetReached(
            f"This run may make {self.max_calls:,} calls to this organisation (XERO_CALLS_PER_RUN, --max-calls or the "
            "run's tag xero/max_calls), and it has made them. What is in the warehouse stays.",
            resume_at=datetime.fromtimestamp(now, UTC) + PAUSE,
            organisation=tenant_id,
        )
