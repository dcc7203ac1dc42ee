"""What hangs on documents, as it is kept: their history, attachments and links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from xero_pipeline.warehouse.progress.attachment_files import StoredContent

if TYPE_CHECKING:
    from sqlalchemy import Connection

_HISTORY = """
SELECT tenant_id, source_table, source_id, changed_at, changed_by, changes, details FROM xero.document_history
WHERE changed_at IS NOT NULL AND NOT is_deleted ORDER BY 1, 2, 3, entry DESC
"""
_HISTORY_OF = """
SELECT changed_at, changed_by, changes, details FROM xero.document_history
WHERE tenant_id = :tenant_id AND source_table = :source_table AND source_id = :source_id AND NOT is_deleted
ORDER BY entry DESC
"""
_ATTACHMENTS = """
SELECT a.document_attachment_id, a.file_name, a.mime_type, a.content_length, a.include_online, f.stored_path,
    f.content_sha256, f.stored_bytes, f.stored_at, f.outcome <> 'stored' OR f.tried_at < a.synced_at AS is_older
FROM xero.attachments AS a LEFT JOIN xero.attachment_files AS f
    ON f.tenant_id = a.tenant_id AND f.document_attachment_id = a.document_attachment_id
WHERE a.tenant_id = :tenant_id AND NOT a.is_deleted
"""
_ATTACHMENTS_OF = f"""
{_ATTACHMENTS} AND a.source_table = :source_table AND a.source_id = :source_id ORDER BY a.file_name, a.attachment_id
"""
_ATTACHMENT = f"{_ATTACHMENTS} AND a.document_attachment_id = :attachment"
_LINK_OF = """
SELECT online_invoice_url FROM xero.online_invoices
WHERE tenant_id = :tenant_id AND invoice_id = :source_id AND NOT is_deleted AND :source_table = 'invoices'
"""


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """Something that was done to a record, or a note.

    Args:
        changed_at: When; None where Xero does not say it.
        changed_by: Who, as Xero names the user.
        changes: What, in Xero's words.
        details: More of it.
    """

    changed_at: datetime | None
    changed_by: str
    changes: str
    details: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that hangs on a document.

    Args:
        key: Its id in `xero.attachments`: of the file on this document.
        content_length: Its size in bytes.
        include_online: Whether customers see it with the online invoice.
        content: What it holds; None where that was never read.
        stored_at: When that was kept.
        is_older: Xero has another content by now, which was not read yet or could not be.
    """

    key: str
    file_name: str
    mime_type: str
    content_length: int | None
    include_online: bool
    content: StoredContent | None
    stored_at: datetime | None
    is_older: bool


@dataclass(frozen=True, slots=True)
class Enclosures:
    """All that is known to hang on a document.

    Args:
        attachments: By name.
        history: The newest first.
        online_invoice_url: What its customer sees; None where it was not read.
    """

    attachments: Sequence[Attachment]
    history: Sequence[HistoryEntry]
    online_invoice_url: str | None


def histories(connection: Connection) -> Mapping[tuple[str, str, str], Sequence[HistoryEntry]]:
    """The entries of all documents that are kept, by organisation, table and id; the newest first."""
    found: dict[tuple[str, str, str], list[HistoryEntry]] = {}
    for tenant, table, source, *entry in connection.execute(text(_HISTORY)):
        found.setdefault((tenant, table, source), []).append(_entry(*entry))
    return found


def enclosures_of(connection: Connection, tenant_id: str, source_table: str, source_id: str) -> Enclosures:
    """What hangs on one document."""
    which = {"tenant_id": tenant_id, "source_table": source_table, "source_id": source_id}
    return Enclosures(
        [_attachment(row) for row in connection.execute(text(_ATTACHMENTS_OF), which)],
        [_entry(*row) for row in connection.execute(text(_HISTORY_OF), which)],
        connection.execute(text(_LINK_OF), which).scalar(),
    )


def attachment_called(connection: Connection, tenant_id: str, key: str) -> Attachment | None:
    """A file by its id in `xero.attachments`; None where there is none."""
    row = connection.execute(text(_ATTACHMENT), {"tenant_id": tenant_id, "attachment": key}).one_or_none()
    return None if row is None else _attachment(row)


def _attachment(row: Any) -> Attachment:
    content = StoredContent(row.content_sha256, row.stored_path, row.stored_bytes) if row.stored_path else None
    told = row.file_name, row.mime_type or "", row.content_length, bool(row.include_online)
    kept = content, row.stored_at and row.stored_at.astimezone(UTC), bool(row.is_older)
    return Attachment(row.document_attachment_id, *told, *kept)


def _entry(at: datetime | None, *texts: str | None) -> HistoryEntry:
    by, changes, details = (one or "" for one in texts)
    return HistoryEntry(at and at.astimezone(UTC), by, changes, details)
