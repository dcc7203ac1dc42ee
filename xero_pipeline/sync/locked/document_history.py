"""Who changed documents: Xero's History & Notes of just those, a call each, kept in `xero.document_history`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import text

from xero_pipeline.xero.document_history import HistoryEntry, read_history
from xero_pipeline.xero.endpoints import endpoint

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from xero_pipeline.warehouse.store import Warehouse
    from xero_pipeline.xero.http.client import XeroClient

MOST = 50
"""Calls for an organisation at a time; asking again goes on with the rest."""
_COLUMNS = ("source_table", "source_id", "position", "changed_at", "changed_by", "changes", "details", "asked_at")
_INSERT = (
    f"insert into xero.document_history (tenant_id, {', '.join(_COLUMNS)}) "
    f"values (:tenant_id, {', '.join(f':{name}' for name in _COLUMNS)})"
)
_DELETE = (
    "delete from xero.document_history "
    "where tenant_id = :tenant_id and source_table = :source_table and source_id = :source_id"
)
_WITHOUT_HISTORY = frozenset({"pay_runs", "fixed_assets", "account_balances", "account_transactions"})
"""Records of Xero's other APIs, which have no History & Notes."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A record that changed.

    Args:
        source_table: Its table.
        seen_at: When we saw it: what was asked before says nothing of it.
    """

    tenant_id: str
    source_table: str
    source_id: str
    seen_at: datetime

    @property
    def key(self) -> tuple[str, str, str]:
        """Which record it is."""
        return self.tenant_id, self.source_table, self.source_id


def ask_history(client: XeroClient, warehouse: Warehouse, changed: Collection[Changed], *, at: datetime) -> int:
    """Ask for the history of those that were not asked for since they changed; each answer is kept at once.

    Args:
        changed: Of one organisation.
        at: Now, in UTC.

    Returns:
        How many are left, for another time.

    Raises:
        XeroPipelineError: As `XeroClient.get`; what was asked before is kept.
    """
    with warehouse.reading() as connection:
        asked = _asked(connection)
    never = datetime.min.replace(tzinfo=UTC)
    told = [one for one in changed if one.source_table not in _WITHOUT_HISTORY]
    due = {one.key: one for one in told if asked.get(one.key, never) < one.seen_at}
    with warehouse.kept_open():
        for one in list(due.values())[:MOST]:
            entries = read_history(client, one.tenant_id, endpoint(one.source_table), one.source_id)
            with warehouse.writing() as connection:
                warehouse.rows_changed()
                _keep(connection, one, entries, at)
    return max(0, len(due) - MOST)


def _keep(connection: Connection, one: Changed, entries: Sequence[HistoryEntry], at: datetime) -> None:
    key = {"tenant_id": one.tenant_id, "source_table": one.source_table, "source_id": one.source_id}
    connection.execute(text(_DELETE), key)
    # A record without any entry was asked for all the same.
    told = entries or [HistoryEntry(None, "", "", "")]
    rows = [
        {
            **key,
            "position": position,
            "changed_at": entry.changed_at,
            "changed_by": entry.changed_by,
            "changes": entry.changes,
            "details": entry.details,
            "asked_at": at,
        }
        for position, entry in enumerate(told, start=1)
    ]
    connection.execute(text(_INSERT), rows)


def _asked(connection: Connection) -> Mapping[tuple[str, str, str], datetime]:
    rows = connection.exec_driver_sql(
        "select tenant_id, source_table, source_id, max(asked_at) from xero.document_history group by 1, 2, 3"
    )
    return {(tenant, table, source): at.astimezone(UTC) for tenant, table, source, at in rows}


def histories(connection: Connection) -> Mapping[tuple[str, str, str], Sequence[HistoryEntry]]:
    """The entries that are kept, by organisation, table and id; the newest first.

    Args:
        connection: To the warehouse; reading is enough.
    """
    found: dict[tuple[str, str, str], list[HistoryEntry]] = {}
    rows = connection.exec_driver_sql(
        "select tenant_id, source_table, source_id, changed_at, changed_by, changes, details "
        "from xero.document_history where changed_at is not null order by 1, 2, 3, changed_at desc, position"
    )
    for tenant, table, source, at, *texts in rows:
        found.setdefault((tenant, table, source), []).append(HistoryEntry(at.astimezone(UTC), *texts))
    return found
