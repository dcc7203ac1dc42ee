"""How the consolidation stands, as far as a person who looks at all organisations has to know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xero_pipeline.ledger.schema import has_ledger
from xero_pipeline.ledger.tables import named

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy import Connection

_KEPT = f"SELECT written_at, begins FROM {named('group_kept')}"
_COUNTS = f"""
SELECT COUNT(DISTINCT tenant_id) AS organisations, COUNT(CASE WHEN problem IS NOT NULL THEN 1 END) AS missing,
    MIN(CASE WHEN problem IS NOT NULL THEN period_start END) AS missing_from, MAX(period_start) AS until
FROM {named("group_rates")}
"""
_CURRENCY = f"SELECT MAX(currency_code) FROM {named('group_balances')}"
_UNMATCHED = f"SELECT COUNT(*) FROM {named('intercompany_documents')} WHERE problem IS NOT NULL"


@dataclass(frozen=True, slots=True)
class GroupState:
    """What is consolidated.

    Args:
        written_at: When the group was last written.
        begins: Its first month; None where nothing could be consolidated.
        until: Its last month.
        currency: The presentation currency.
        organisations: How many are in it.
        missing: Months of organisations that lack a rate: they have no consolidated figures; the first is
            `missing_from`.
        unmatched: Documents between organisations that are not eliminated as a whole.
    """

    written_at: datetime
    begins: date | None
    until: date | None
    currency: str
    organisations: int
    missing: int
    missing_from: date | None
    unmatched: int


def group_state(connection: Connection) -> GroupState | None:
    """Look how the group was last written; None where it never was.

    Args:
        connection: To the warehouse; reading is enough.
    """
    kept = connection.exec_driver_sql(_KEPT).one_or_none() if has_ledger(connection) else None
    if kept is None:
        return None
    counts = connection.exec_driver_sql(_COUNTS).one()
    currency = connection.exec_driver_sql(_CURRENCY).scalar_one()
    unmatched = connection.exec_driver_sql(_UNMATCHED).scalar_one()
    return GroupState(
        kept.written_at, kept.begins, counts.until, currency or "", counts.organisations, counts.missing,
        counts.missing_from, unmatched,
    )  # fmt: skip
