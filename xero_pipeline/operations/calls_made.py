"""For what the calls of an organisation were made: in the last 24 hours, and in a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from xero_pipeline.warehouse.progress.api_calls import calls_by_asset
from xero_pipeline.xero.quota.call_outbox import first_call_id

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from xero_pipeline.xero.quota.call_outbox import CallOutbox

DAY = timedelta(hours=24)
_NO_RUN = "-"


@dataclass(frozen=True, slots=True)
class CallsMade:
    """Calls for one asset.

    Args:
        today: Of the last 24 hours.
        in_run: Of the run that was asked for.
    """

    today: int = 0
    in_run: int = 0

    def and_(self, today: int, in_run: int) -> CallsMade:
        """These and others."""
        return CallsMade(self.today + today, self.in_run + in_run)


def calls_made(
    connection: Connection, outbox: CallOutbox, tenant_id: str, now: datetime, run: tuple[str, datetime] | None
) -> Mapping[str, CallsMade]:
    """Count the calls of an organisation by asset, those that the warehouse was not told of yet among them.

    Args:
        connection: To the warehouse; reading is enough.
        run: The id of a run of Dagster's, and when it began; None for none.

    Returns:
        By asset; empty text for calls that were made for none.
    """
    run_id, began = run or (_NO_RUN, now)
    found: dict[str, CallsMade] = {}
    # First these: a call that arrives meanwhile is in both places, and is counted once.
    underway = outbox.waiting(tenant_id)
    for call in underway:
        asset = call["asset"] or ""
        found[asset] = found.get(asset, CallsMade()).and_(1, call["run_id"] == run_id)
    counted = calls_by_asset(
        connection,
        tenant_id,
        since_id=first_call_id((now - DAY).timestamp()),
        run_id=run_id,
        run_since_id=first_call_id(began.timestamp()),
        besides=[call["call_id"] for call in underway],
    )
    for asset, today, in_run in counted:
        found[asset] = found.get(asset, CallsMade()).and_(today, in_run)
    return found
