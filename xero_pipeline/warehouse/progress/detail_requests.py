"""Which documents Xero was asked what hangs on them: noted in the transaction of the rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Literal

from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

Outcome = Literal["answered", "refused", "failed"]

_NOTE = """
INSERT INTO xero.detail_requests AS t
    (tenant_id, detail, source_table, source_id, asked_at, outcome, records, error)
VALUES (:tenant_id, :detail, :source_table, :source_id, :asked_at, :outcome, :records, :error)
ON CONFLICT (tenant_id, detail, source_table, source_id) DO UPDATE SET
    asked_at = excluded.asked_at, outcome = excluded.outcome, error = excluded.error,
    records = COALESCE(excluded.records, t.records)
"""
_SETTLE = """
UPDATE xero.detail_requests SET outcome = 'answered', error = NULL WHERE tenant_id = :tenant_id AND detail = :detail
    AND source_table = :source_table AND source_id = :source_id AND outcome <> 'answered'
"""
_COUNTS = """
SELECT detail, COUNT(*) AS n FROM xero.detail_requests
WHERE tenant_id = :tenant_id AND asked_at >= :since GROUP BY detail
"""
_ASKED = """
SELECT source_table, source_id, asked_at FROM xero.detail_requests
WHERE tenant_id = :tenant_id AND detail = :detail
"""
# A file that its document lost meanwhile is nobody's question any more.
_UNANSWERED = """
SELECT r.tenant_id, r.source_table, r.source_id, r.asked_at, r.outcome, r.error FROM xero.detail_requests AS r
LEFT JOIN xero.attachments AS a ON r.source_table = 'attachments' AND a.tenant_id = r.tenant_id
    AND a.document_attachment_id = r.source_id
WHERE r.detail = :detail AND r.outcome <> 'answered' AND NOT COALESCE(a.is_deleted, FALSE)
ORDER BY r.asked_at DESC, r.tenant_id, r.source_table, r.source_id
"""
_BACKLOG = """
INSERT INTO xero.detail_backlogs AS t (tenant_id, detail, documents, waiting_since)
VALUES (:tenant_id, :detail, :documents, :waiting_since)
ON CONFLICT (tenant_id, detail) DO UPDATE SET
    documents = excluded.documents, waiting_since = excluded.waiting_since
"""
_BACKLOGS = """
SELECT tenant_id, documents, waiting_since FROM xero.detail_backlogs
WHERE detail = :detail AND documents > 0 ORDER BY documents DESC, tenant_id
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Documents that are due.

    Args:
        count: How many.
        since: When the one that waits longest was written; None without any.
    """

    count: int = 0
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A document of which Xero did not say what hangs on it, or a file that it did not give."""

    tenant_id: str
    source_table: str
    source_id: str
    asked_at: datetime
    outcome: Outcome
    error: str


class DetailRequests:
    """What is noted of one kind of detail of one organisation.

    Args:
        connection: In the transaction of the rows, where something is noted.
        detail: The table it fills.
    """

    def __init__(self, connection: Connection, tenant_id: str, detail: str) -> None:
        self._connection = connection
        self._where = {"tenant_id": tenant_id, "detail": detail}

    def note(
        self,
        source_table: str,
        source_id: str,
        *,
        at: datetime,
        outcome: Outcome = "answered",
        records: int | None = None,
        error: str | None = None,
    ) -> None:
        """Note what came of asking for a document.

        Args:
            at: When it was asked.
            records: How many there were; None where Xero did not answer.
        """
        said = {"source_table": source_table, "source_id": source_id, "asked_at": at, "outcome": outcome}
        self._connection.execute(text(_NOTE), {**self._where, **said, "records": records, "error": error})

    def settle(self, source_table: str, source_id: str) -> None:
        """What Xero refused or failed to say is there, or not wanted any more, without another call."""
        self._connection.execute(text(_SETTLE), {**self._where, "source_table": source_table, "source_id": source_id})

    def note_backlog(self, waiting: Waiting) -> None:
        """Note how many documents are still due."""
        said = {"documents": waiting.count, "waiting_since": waiting.since}
        self._connection.execute(text(_BACKLOG), {**self._where, **said})

    def asked_at(self) -> Mapping[tuple[str, str], datetime]:
        """When each document was asked for, by table and id."""
        rows = self._connection.execute(text(_ASKED), self._where)
        return {(row.source_table, row.source_id): row.asked_at.astimezone(UTC) for row in rows}


def asked_since(connection: Connection, tenant_id: str, since: datetime) -> Mapping[str, int]:
    """How many documents of an organisation were asked for since an instant, by kind of detail."""
    return {row.detail: row.n for row in connection.execute(text(_COUNTS), {"tenant_id": tenant_id, "since": since})}


def backlogs(connection: Connection, detail: str) -> Mapping[str, Waiting]:
    """What waited after the last sync of each organisation of which something did."""
    rows = connection.execute(text(_BACKLOGS), {"detail": detail})
    return {row.tenant_id: Waiting(row.documents, row.waiting_since) for row in rows}


def unanswered(connection: Connection, detail: str) -> Sequence[Unanswered]:
    """The documents, of all organisations, of which Xero did not say it when it was last asked."""
    rows = connection.execute(text(_UNANSWERED), {"detail": detail})
    return [Unanswered(*row) for row in rows]
