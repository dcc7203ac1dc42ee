"""Which documents are asked what hangs on them: those that may have it and changed since they were asked.

Of attachments those that Xero says have some, or had some; a quote, of which Xero does not say it, whenever it changed.
Of History & Notes those that changed since it is read, not those that only came late into the warehouse. Of links the
sales invoices that are approved and have none yet: Xero has no link of drafts ("you cannot retrieve an online invoice
url for DRAFT invoices", its page "Invoices"), nor of bills.

What was asked before and changed comes first, then the newest documents; one that failed is tried again last.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import text

from xero_pipeline.warehouse.load.present_rows import CHANGED
from xero_pipeline.warehouse.progress.detail_requests import Waiting
from xero_pipeline.warehouse.progress.read_progress import ReadProgress
from xero_pipeline.warehouse.schema.catalogue import table
from xero_pipeline.warehouse.sql import among, literal, q
from xero_pipeline.xero.document_details import DOCUMENTS, Document

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from xero_pipeline.warehouse.progress.detail_requests import Unanswered

_ONE_TABLE = """
SELECT '{name}' AS source_table, d.{key} AS source_id, {day} AS day, d.synced_at, a.asked_at,
    CASE WHEN a.outcome = 'failed' THEN 1 ELSE 0 END AS failed
FROM xero.{name} AS d LEFT JOIN xero.detail_requests AS a
    ON a.tenant_id = d.tenant_id AND a.detail = '{detail}' AND a.source_table = '{name}' AND a.source_id = d.{key}
WHERE d.tenant_id = {tenant} AND {wanted}
"""
_CLOCKS = timedelta(hours=1)
"""As much may lie between Xero's clock and the reading of a list, and ours when its history is first read."""
_ORDER = """
ORDER BY failed, CASE WHEN asked_at IS NULL THEN 1 ELSE 0 END, COALESCE(day, DATE '1900-01-01') DESC, source_table,
    source_id
"""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a kind of detail of an organisation is read.

    Args:
        since: Of history, when reading it began: documents that did not change since are not asked for. None before.
        again_since: All are asked again that were not asked since; None if nobody wants that.
    """

    since: datetime | None = None
    again_since: datetime | None = None

    @classmethod
    def of(cls, connection: Connection, tenant_id: str, detail: str) -> Reading:
        """As it is noted."""
        progress = ReadProgress(connection, tenant_id, detail)
        cursor = progress.cursor()
        return cls(cursor and cursor.modified_since, progress.refresh_round().began_at)


def due_documents(
    connection: Connection, tenant_id: str, detail: str, reading: Reading, *, limit: int
) -> Sequence[Document]:
    """Those that are asked next.

    Args:
        detail: The table that is filled.
        limit: At most so many.
    """
    rows = connection.execute(text(f"{_due(tenant_id, detail, reading)} {_ORDER} LIMIT {max(0, limit)}"))
    return [Document(row.source_table, row.source_id) for row in rows]


def waiting(connection: Connection, tenant_id: str, detail: str, reading: Reading | None = None) -> Waiting:
    """How many are due.

    Args:
        reading: As it is noted, by default.
    """
    due = _due(tenant_id, detail, reading or Reading.of(connection, tenant_id, detail))
    row = connection.execute(text(f"SELECT COUNT(*) AS n, MIN(synced_at) AS since FROM ({due}) AS d")).one()
    return Waiting(row.n, row.since)


def named_documents(connection: Connection, tenant_id: str, detail: str, ids: Collection[str]) -> Sequence[Document]:
    """Those of some ids that are documents of the organisation, and may have the detail."""
    union = " UNION ALL ".join(
        f"SELECT '{name}' AS source_table, d.{q(_key(name))} AS source_id FROM xero.{q(name)} AS d "
        f"WHERE d.tenant_id = {literal(tenant_id)} AND d.{q(_key(name))} IN {among(ids)} AND {_may_have(name, detail)}"
        for name in DOCUMENTS[detail]
    )
    found = connection.execute(text(f"{union} ORDER BY source_table, source_id"))
    return [Document(row.source_table, row.source_id) for row in found]


def still_wanted(connection: Connection, detail: str, found: Sequence[Unanswered]) -> Sequence[Unanswered]:
    """Those that are files, or documents that may have the detail still: not what was deleted or voided meanwhile."""
    there = set[tuple[str, str, str]]()
    for name in DOCUMENTS[detail]:
        ids = [one.source_id for one in found if one.source_table == name]
        if ids:
            key = q(_key(name))
            sql = f"SELECT d.tenant_id, d.{key} FROM xero.{q(name)} AS d WHERE d.{key} IN {among(ids)} AND "
            there |= {(row[0], name, row[1]) for row in connection.exec_driver_sql(sql + _may_have(name, detail))}
    return [
        one
        for one in found
        if one.source_table not in DOCUMENTS[detail] or (one.tenant_id, one.source_table, one.source_id) in there
    ]


def _due(tenant_id: str, detail: str, reading: Reading) -> str:
    union = " UNION ALL ".join(
        _ONE_TABLE.format(
            name=name,
            key=q(_key(name)),
            day="d.date" if table(name).has("date") else "CAST(NULL AS DATE)",
            detail=detail,
            tenant=literal(tenant_id),
            wanted=" AND ".join(_wanted(name, detail, reading)),
        )
        for name in DOCUMENTS[detail]
    )
    return f"SELECT * FROM ({union}) AS d"


def _wanted(name: str, detail: str, reading: Reading) -> Sequence[str]:
    again = literal(reading.again_since)
    changed = f"(a.asked_at IS NULL OR a.asked_at < d.synced_at OR a.asked_at < {again} OR a.outcome = 'failed')"
    may = _may_have(name, detail)
    if detail == "attachments":
        has = ["(d.has_attachments OR a.records > 0)"] if table(name).has("has_attachments") else []
        return [may, *has, changed]
    if detail == "document_history":
        return [may, f"(a.asked_at IS NOT NULL OR {_changed_since(name, reading)} OR {again} IS NOT NULL)", changed]
    return [may, f"(a.records IS NULL OR a.records = 0 OR a.asked_at < {again})", changed]


def _may_have(name: str, detail: str) -> str:
    """Whether a document is one of which Xero says the detail."""
    if detail == "document_history" and table(name).has("status"):
        # Who deleted a document is worth knowing; what Xero does not list any more it does not know.
        return "(NOT d.is_deleted OR d.status = 'DELETED')"
    if detail == "online_invoices":
        return "NOT d.is_deleted AND d.type = 'ACCREC' AND d.status IN ('AUTHORISED', 'PAID')"
    return "NOT d.is_deleted"


def _changed_since(name: str, reading: Reading) -> str:
    """Whether Xero changed a document since its history is read, as far as it says when it did."""
    if reading.since is None:
        return "FALSE"
    seen = f"d.synced_at > {literal(reading.since)}"
    if not table(name).has(CHANGED):
        return seen
    return f"{seen} AND COALESCE(d.{CHANGED}, d.synced_at) > {literal(reading.since - _CLOCKS)}"


def _key(name: str) -> str:
    return table(name).key[0]
