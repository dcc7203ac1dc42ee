"""Notes what an asset could not do within the calls it may make, so that a sensor asks for it again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from xero_pipeline.defs.errands import asset_of, max_calls
from xero_pipeline.defs.partitions import months_by_organisation
from xero_pipeline.errors import BudgetReached, DailyLimitReached, WaitError
from xero_pipeline.xero.postponed import Postponed, PostponedWork

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    import dagster as dg

MANY = 3
"""So many spent budgets without coming further are worth a word."""


class Later:
    """The notes of one asset of a run.

    Args:
        context: Dagster's.
        notes: Where they are kept.
    """

    def __init__(self, context: dg.AssetExecutionContext, notes: PostponedWork) -> None:
        self._context = context
        self._notes = notes
        self._asset = asset_of(context)
        self._months = _months(context.partition_keys)
        self._config: Mapping[str, object] = context.op_execution_context.op_config or {}

    def done(self, tenant_id: str) -> None:
        """An organisation is done: whatever was noted about it is, too.

        Args:
            tenant_id: The organisation.
        """
        if self._rolls:
            return
        self._notes.clear(tenant_id, self._asset, self._months.get(tenant_id, ()))

    def stopped(self, tenant_id: str, error: Exception, kept: Iterable[str]) -> Exception:
        """An organisation is not done: note when it goes on, if it only has to wait for calls.

        Args:
            tenant_id: The organisation.
            error: What stopped it.
            kept: Partition keys that were brought up to date before.

        Returns:
            The error to tell.
        """
        if self._rolls:
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
        """Whether this is the rolling re-read: it comes again tomorrow by itself, and is no sync that would be done."""
        return bool(self._config.get("reread_calls"))

    def _note(
        self, tenant_id: str, error: BudgetReached | DailyLimitReached, wanted: Sequence[date], done: Sequence[date]
    ) -> Exception:
        if done:
            self._notes.clear(tenant_id, self._asset, done)
        budget = isinstance(error, BudgetReached)
        noted = self._notes.note(
            Postponed(
                tenant_id=tenant_id,
                asset=self._asset,
                resume_at=error.resume_at,
                why="budget" if budget else "day",
                months=tuple(month for month in wanted if month not in done),
                config=json.dumps(self._config),
                max_calls=max_calls(self._context.run.tags),
            ),
            progressed=error.progressed or bool(done),
            tried=budget and error.tried,
        )
        if budget:
            error.message += f" The sensor `unfinished` goes on with it at {noted.resume_at:%Y-%m-%d %H:%M} UTC."
            if noted.in_vain >= MANY:
                error.message += (
                    f" It has spent {noted.in_vain} budgets and came no further: it needs more calls in one piece."
                )
        return error


def _months(keys: Iterable[str]) -> dict[str, list[date]]:
    """Of keys of reports the months by organisation; collections have none."""
    return months_by_organisation(key for key in keys if "|" in key)
