"""Notes what an asset could not do, so that a sensor asks for it again: calls were lacking, or it could not be read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from xero_pipeline import clock
from xero_pipeline.defs.assets.call_context import asks_xero, asset_of, max_calls
from xero_pipeline.defs.partitions import months_by_organisation
from xero_pipeline.errors import (
    AccessRefused,
    BudgetReached,
    DailyLimitReached,
    DataError,
    HeldUp,
    MissingScope,
    RequestRefused,
    WaitError,
    XeroPipelineError,
)
from xero_pipeline.state.deferred_work import PAUSE, DeferredTask, DeferredWork

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    import dagster as dg

UNAVAILABLE = (AccessRefused, MissingScope, RequestRefused, DataError)
"""What is wrong with one endpoint or report of an organisation alone: it does not have it, the person who connected may
not see it, the consent does not cover it, or nobody can read the answer."""

NEVER_ASIDE = frozenset({"organisations", "aged_by_contact"})
"""Without the first nothing else can be understood; the second is asked for by hand only, and whoever asks is told."""

FRUITLESS_BUDGETS = 3
"""So many spent budgets without coming further are worth a word."""


class Deferrals:
    """The notes of one asset of a run.

    Args:
        notes: Where they are kept.
    """

    def __init__(self, context: dg.AssetExecutionContext, notes: DeferredWork) -> None:
        self._context = context
        self._notes = notes
        self._asset = asset_of(context)
        self._months = _months(context.partition_keys)
        self._config: Mapping[str, object] = context.op_execution_context.op_config or {}
        self._asks_xero = asks_xero(context)

    def done(self, tenant_id: str) -> None:
        """An organisation is done: whatever was noted about it is, too."""
        if self._rolls or not self._asks_xero:
            return
        self._notes.clear(tenant_id, self._asset, self._months.get(tenant_id, ()))

    def put_aside(self, tenant_id: str, error: Exception, kept: Iterable[str]) -> DeferredTask | None:
        """Put the asset of an organisation aside, if the error is about it alone: everything else goes on.

        Args:
            kept: Partition keys that were brought up to date before.

        Returns:
            The note about it; None where the organisation's work has failed.
        """
        aside = isinstance(error, UNAVAILABLE) and self._asks_xero and self._asset not in NEVER_ASIDE
        if not (aside and isinstance(error, XeroPipelineError)):
            return None
        now = clock.now()
        done = _months(kept).get(tenant_id, ())
        if done:
            self._notes.clear(tenant_id, self._asset, done)
        left = DeferredTask(
            tenant_id=tenant_id,
            asset=self._asset,
            resume_at=now + PAUSE,
            why="unavailable",
            months=tuple(month for month in self._months.get(tenant_id, ()) if month not in done),
            # Whatever this run was to do, what is asked for next is what changed since the last complete read.
            config="{}",
            max_calls=max_calls(self._context.run.tags),
            error=_without_organisation(error),
            since=now,
        )
        return self._notes.note(left, progressed=False, tried=True)

    def stopped(self, tenant_id: str, error: Exception, kept: Iterable[str]) -> Exception:
        """An organisation is not done: note when it goes on, if it only has to wait for calls.

        Args:
            kept: Partition keys that were brought up to date before.

        Returns:
            The error to tell.
        """
        if self._rolls or not self._asks_xero:
            return error
        wanted = self._months.get(tenant_id, ())
        done = _months(kept).get(tenant_id, ())
        if isinstance(error, BudgetReached | DailyLimitReached):
            return self._note(tenant_id, error, wanted, done)
        if not isinstance(error, WaitError):
            # It is not the calls that it waits for now; what went wrong is told by itself.
            self._notes.clear(tenant_id, self._asset, wanted)
        elif done:
            self._notes.clear(tenant_id, self._asset, done)
        return error

    @property
    def _rolls(self) -> bool:
        """Whether this is the rolling refresh: it comes again tomorrow by itself, and is no sync that would be done."""
        return bool(self._config.get("reread_calls"))

    def _note(
        self, tenant_id: str, error: BudgetReached | DailyLimitReached, wanted: Sequence[date], done: Sequence[date]
    ) -> Exception:
        if done:
            self._notes.clear(tenant_id, self._asset, done)
        budget = isinstance(error, BudgetReached)
        held_up = isinstance(error, HeldUp)
        noted = self._notes.note(
            DeferredTask(
                tenant_id=tenant_id,
                asset=self._asset,
                resume_at=error.resume_at,
                why="budget" if budget else "wait" if held_up else "day",
                months=tuple(month for month in wanted if month not in done),
                config=json.dumps(self._config),
                max_calls=max_calls(self._context.run.tags),
            ),
            progressed=error.progressed or bool(done),
            tried=budget and error.tried,
        )
        if budget or held_up:
            error.message += f" The sensor `unfinished` goes on with it at {noted.resume_at:%Y-%m-%d %H:%M} UTC."
            if budget and noted.in_vain >= FRUITLESS_BUDGETS:
                error.message += (
                    f" It has spent {noted.in_vain} budgets and came no further: it needs more calls in one piece."
                )
        return error


def _months(keys: Iterable[str]) -> dict[str, list[date]]:
    """Of keys of reports the months by organisation; collections have none."""
    return months_by_organisation(key for key in keys if "|" in key)


def _without_organisation(error: XeroPipelineError) -> str:
    """What is told beside the organisation's name."""
    return str(
        XeroPipelineError(
            error.message, endpoint=error.endpoint, status=error.status, correlation_id=error.correlation_id
        )
    )
