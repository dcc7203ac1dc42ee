"""Downloads what the attachments of an organisation hold: a call a file, within the calls and the bytes of the day.

First the file is kept, then its row and the note of the call are written in one transaction: whoever is killed in
between asks for that file once more, and finds it kept.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from xero_pipeline.calendar import day_began
from xero_pipeline.sync.details.refusals import Refusals
from xero_pipeline.warehouse.progress.attachment_files import AttachmentFiles, FileDue, StoredContent
from xero_pipeline.warehouse.progress.detail_requests import DetailRequests
from xero_pipeline.xero.endpoints import endpoint

if TYPE_CHECKING:
    from datetime import datetime

    from xero_pipeline.errors import XeroPipelineError
    from xero_pipeline.sync.details.attachment_store import AttachmentStore
    from xero_pipeline.sync.details.refusals import Refused
    from xero_pipeline.warehouse.progress.attachment_files import Outcome
    from xero_pipeline.warehouse.store import Warehouse
    from xero_pipeline.xero.http.client import XeroClient

_MEGABYTE = 1_000_000
_LISTED = "attachments"


@dataclass(slots=True)
class FileCounts:
    """What came of it.

    Args:
        stored: How many files were kept.
        bytes: How many bytes Xero sent.
        refused: Why others were not.
        waiting: How many are still due.
    """

    stored: int = 0
    bytes: int = 0
    refused: list[XeroPipelineError] = field(default_factory=list["XeroPipelineError"])
    waiting: int = 0

    def told(self) -> str:
        """The same in words."""
        said = [f"{self.stored:,} file{'' if self.stored == 1 else 's'} kept ({self.bytes / _MEGABYTE:,.1f} MB)"]
        said += [f"{len(self.refused):,} refused"] if self.refused else []
        return ", ".join([*said, f"{self.waiting:,} wait"])


@dataclass(frozen=True, slots=True)
class FileDownloads:
    """The downloads of one organisation.

    Args:
        largest: Bytes that may be read in a day (UTC).
        now: The clock.
    """

    client: XeroClient
    warehouse: Warehouse
    tenant_id: str
    store: AttachmentStore
    largest: int
    now: Callable[[], datetime]

    def run(self, *, calls: int, documents: Collection[str] = ()) -> FileCounts:
        """Download the files that are due.

        Args:
            calls: That may be made.
            documents: Only those of these documents; none for all.

        Raises:
            AttachmentStoreError: A file could not be kept.
            XeroPipelineError: Xero let nobody in, or refused too many in a row. What was kept stays.
        """
        midnight = day_began(self.now())
        with self.warehouse.reading() as connection:
            files = AttachmentFiles(connection, self.tenant_id, self.largest)
            due, left = files.due(documents, limit=calls), self.largest - files.read_since(midnight)
        counts = self._download(due, left)
        with self.warehouse.reading() as connection:
            counts.waiting = AttachmentFiles(connection, self.tenant_id, self.largest).waiting().count
        if due:
            self.warehouse.rows_changed()
        return counts

    def _download(self, due: Sequence[FileDue], left: int) -> FileCounts:
        refusals = Refusals()
        counts = FileCounts(refused=refusals.errors)
        for file in due:
            size = file.content_length or 0
            if size > self.largest:
                self._note(
                    file, "too_large", why=f"{size / _MEGABYTE:,.1f} MB: XERO_ATTACHMENT_MB allows less in a day"
                )
                continue
            if counts.bytes + size > left:
                continue  # it waits for another day; smaller ones may still fit
            with refusals.noted(partial(self._note_refusal, file)):
                counts.bytes += self._one(file)
                counts.stored += 1
        return counts

    def _one(self, file: FileDue) -> int:
        """Returns how many bytes Xero sent: none where the same file was kept as that of another document."""
        with self.warehouse.reading() as connection:
            same = AttachmentFiles(connection, self.tenant_id, self.largest).same(file)
        if same:
            self._note(file, "stored", content=same, called=False)
            return 0
        home = endpoint(file.source_table)
        path = f"{home.path}/{file.source_id}/Attachments/{file.attachment_id}"
        scope = endpoint(_LISTED).scope
        sent = self.client.get_file(self.tenant_id, path, mime_type=file.mime_type or "", scope=scope).content
        self._note(file, "stored", content=self.store.keep(self.tenant_id, sent), read_bytes=len(sent))
        return len(sent)

    def _note_refusal(self, file: FileDue, outcome: Refused, why: str) -> None:
        self._note(file, outcome, why=why)

    def _note(
        self,
        file: FileDue,
        outcome: Outcome,
        *,
        why: str | None = None,
        content: StoredContent | None = None,
        read_bytes: int = 0,
        called: bool = True,
    ) -> None:
        at = self.now()
        with self.warehouse.writing() as connection:
            files = AttachmentFiles(connection, self.tenant_id, self.largest)
            files.note(file, at=at, outcome=outcome, why=why, content=content, read_bytes=read_bytes)
            requests, which = DetailRequests(connection, self.tenant_id, _LISTED), file.document_attachment_id
            if outcome == "too_large" or not called:
                requests.settle(_LISTED, which)
                return
            # It is a call of the budget of the day, too.
            answer = "answered" if outcome == "stored" else outcome
            requests.note(_LISTED, which, at=at, outcome=answer, error=why)
