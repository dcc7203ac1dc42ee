"""Which attachments' contents are kept, which wait, and what came of asking for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from sqlalchemy import text

from xero_pipeline.warehouse.progress.read_progress import ReadProgress
from xero_pipeline.warehouse.sql import among, literal

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

Outcome = Literal["stored", "refused", "failed", "too_large"]

_LISTED = "attachments"
# What Xero says of a file moves `synced_at` of its row; a too large one waits for another setting.
_DUE = """
SELECT a.document_attachment_id, a.attachment_id, a.source_table, a.source_id, a.mime_type, a.content_length,
    CASE WHEN a.synced_at < {again} THEN {again} ELSE a.synced_at END AS wanted_since, a.synced_at,
    CASE WHEN f.outcome = 'failed' THEN 1 ELSE 0 END AS failed
FROM xero.attachments AS a LEFT JOIN xero.attachment_files AS f
    ON f.tenant_id = a.tenant_id AND f.document_attachment_id = a.document_attachment_id
WHERE a.tenant_id = {tenant} AND NOT a.is_deleted AND {named} AND (
    f.tried_at IS NULL OR f.tried_at < a.synced_at OR f.tried_at < {again} OR f.outcome = 'failed'
    OR (f.outcome = 'too_large' AND a.content_length <= {largest}) OR (f.outcome = 'refused' AND {is_named}))
"""
_NOTE = """
INSERT INTO xero.attachment_files AS t
    (tenant_id, document_attachment_id, attachment_id, content_length, outcome, why_not_stored, content_sha256,
     stored_path, stored_bytes, stored_at, tried_at, read_bytes)
VALUES (:tenant_id, :document_attachment_id, :attachment_id, :content_length, :outcome, :why_not_stored, :sha256,
    :path, :stored_bytes, :stored_at, :tried_at, :read_bytes)
ON CONFLICT (tenant_id, document_attachment_id) DO UPDATE SET
    attachment_id = excluded.attachment_id, content_length = excluded.content_length, outcome = excluded.outcome,
    why_not_stored = excluded.why_not_stored, tried_at = excluded.tried_at, read_bytes = excluded.read_bytes,
    content_sha256 = COALESCE(excluded.content_sha256, t.content_sha256),
    stored_path = COALESCE(excluded.stored_path, t.stored_path),
    stored_bytes = COALESCE(excluded.stored_bytes, t.stored_bytes),
    stored_at = COALESCE(excluded.stored_at, t.stored_at)
"""
_SAME = """
SELECT content_sha256, stored_path, stored_bytes FROM xero.attachment_files
WHERE tenant_id = :tenant_id AND attachment_id = :attachment_id AND outcome = 'stored' AND stored_at >= :since
    AND content_length = :content_length
"""
_READ = """
SELECT COALESCE(SUM(read_bytes), 0) FROM xero.attachment_files WHERE tenant_id = :tenant_id AND tried_at >= :since
"""


class FileDue(NamedTuple):
    """An attachment whose content is to be kept.

    Args:
        wanted_since: What was kept before that is not good enough.
    """

    document_attachment_id: str
    attachment_id: str
    source_table: str
    source_id: str
    mime_type: str | None
    content_length: int | None
    wanted_since: datetime


class StoredContent(NamedTuple):
    """Where the content of a file is kept.

    Args:
        path: Below the place of all of them.
        size: In bytes.
    """

    sha256: str
    path: str
    size: int


@dataclass(frozen=True, slots=True)
class FilesWaiting:
    """Attachments whose content is not kept yet, as Xero has it now.

    Args:
        since: When the one that waits longest was listed; None without any.
        too_large: How many more are larger than all that may be read in a day.
    """

    count: int = 0
    since: datetime | None = None
    too_large: int = 0


class AttachmentFiles:
    """What is noted of the files of one organisation.

    Args:
        largest: Bytes that may be read in a day.
    """

    def __init__(self, connection: Connection, tenant_id: str, largest: int) -> None:
        self._connection = connection
        self._tenant_id = tenant_id
        self._largest = largest

    def due(self, documents: Collection[str] = (), *, limit: int) -> Sequence[FileDue]:
        """Those that are asked for next: first those that wait longest.

        Args:
            documents: Only those of these documents, what Xero refused of them included; none for all.
            limit: At most so many.
        """
        order = f"ORDER BY failed, a.synced_at, a.document_attachment_id LIMIT {max(0, limit)}"
        return [FileDue(*row[:-2]) for row in self._connection.execute(text(f"{self._due(documents)} {order}"))]

    def waiting(self) -> FilesWaiting:
        """How many are due."""
        small = f"COALESCE(content_length, 0) <= {self._largest}"
        sql = (
            f"SELECT SUM(CASE WHEN {small} THEN 1 ELSE 0 END) AS n, MIN(CASE WHEN {small} THEN synced_at END) AS since "
            f"FROM ({self._due(())}) AS d"
        )
        row = self._connection.execute(text(sql)).one()
        large = (
            "SELECT COUNT(*) FROM xero.attachments WHERE tenant_id = :tenant AND NOT is_deleted "
            f"AND content_length > {self._largest}"
        )
        too_large = self._connection.execute(text(large), {"tenant": self._tenant_id}).scalar_one()
        return FilesWaiting(int(row.n or 0), row.since, too_large)

    def read_since(self, since: datetime) -> int:
        """How many bytes Xero sent since an instant."""
        which = {"tenant_id": self._tenant_id, "since": since}
        return int(self._connection.execute(text(_READ), which).scalar_one())

    def same(self, file: FileDue) -> StoredContent | None:
        """Where the content is, if the same file was kept since then, as that of another document."""
        row = self._connection.execute(
            text(_SAME),
            {
                "tenant_id": self._tenant_id,
                "attachment_id": file.attachment_id,
                "content_length": file.content_length,
                "since": file.wanted_since,
            },
        ).first()
        return StoredContent(*row) if row else None

    def note(
        self,
        file: FileDue,
        *,
        at: datetime,
        outcome: Outcome,
        why: str | None = None,
        content: StoredContent | None = None,
        read_bytes: int = 0,
    ) -> None:
        """Note what came of a file.

        Args:
            at: When it was asked for.
            content: Where it is kept, if it is.
            read_bytes: How many bytes Xero sent.
        """
        told = {
            "document_attachment_id": file.document_attachment_id,
            "attachment_id": file.attachment_id,
            "content_length": file.content_length,
            "outcome": outcome,
            "why_not_stored": why,
            "sha256": content and content.sha256,
            "path": content and content.path,
            "stored_bytes": content and content.size,
            "stored_at": at if content else None,
            "tried_at": at,
            "read_bytes": read_bytes,
        }
        self._connection.execute(text(_NOTE), {"tenant_id": self._tenant_id, **told})

    def _due(self, documents: Collection[str]) -> str:
        reading = ReadProgress(self._connection, self._tenant_id, _LISTED).refresh_round()
        return _DUE.format(
            tenant=literal(self._tenant_id),
            named=f"a.source_id IN {among(documents)}" if documents else "TRUE",
            is_named=bool(documents),
            again=literal(reading.began_at or reading.complete_at),
            largest=self._largest,
        )
