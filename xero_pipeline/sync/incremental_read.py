"""One read of a list: what it brings goes into the tables batch by batch, the cursor moves with the last rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from xero_pipeline.revisions import program_version
from xero_pipeline.warehouse.progress.records import Cursor, RefreshRound, ResumePoint
from xero_pipeline.warehouse.schema.catalogue import table_group

if TYPE_CHECKING:
    from xero_pipeline.sync.batch_writer import Arrived, Batch, BatchWriter
    from xero_pipeline.sync.list_reads import ListReads
    from xero_pipeline.sync.read_plan import ReadPlan
    from xero_pipeline.xero.endpoints import Endpoint
    from xero_pipeline.xero.pagination import Page

OVERLAP = timedelta(minutes=5)
"""How far before Xero's own clock the next read starts: records written while we read are read again, never missed."""

READS = 3
"""How often a list is read when it changed while its pages were: a record may have moved onto a page already read."""


class IncrementalRead:
    """One read of a list.

    Args:
        reads: Knows how far it had been read, and is told of a read that brought nothing.
        confirm: Asked before all we have is taken for deleted because a list came empty; raises if it is not.
        compares: Whether an answer that is the same as the last one is not merged again.
    """

    def __init__(
        self,
        writer: BatchWriter,
        plan: ReadPlan,
        reads: ListReads,
        *,
        confirm: Callable[[datetime], None],
        compares: bool,
    ) -> None:
        cut, endpoint = plan.resume_from, writer.endpoint
        self._reads = reads
        self._before = reads.state(writer.tenant_id)
        # What is read again in parts may change between two answers that bring all of it.
        self._keeps_digest = endpoint.page_size is None
        self._compares = compares and self._keeps_digest and self._before.cursor is not None
        self.pages = 0
        self.records = 0
        self.complete = False
        self.read_before: date | None = cut.read_before if cut else None
        """Where the next attempt goes on: everything dated before it is in the warehouse."""
        self.read_to: int = plan.after
        """Likewise, of a list that is read by numbers: everything up to this number is."""
        self._records_before = cut.records if cut else 0
        self._writer = writer
        self._plan = plan
        self._confirm = confirm
        self._began = cut.began_at if cut else writer.now()
        self._first_answer = cut.first_answer if cut else None
        # A read of changes, of the rest of a list, or for the first time shows nothing about what is gone; what is
        # numbered is never gone.
        self._is_whole = plan.since is None and cut is None and not plan.is_first and endpoint.paging != "offsets"
        self._sees_all = self._is_whole and len(endpoint.key) == 1
        # Only a list that comes in one answer, or is fetched id by id, shows for sure what is gone.
        self._shows_gone = endpoint.paging in {"whole", "details", "composed"}
        self._seen: list[str] = []
        self._attempts = 0
        self._drifted = False

    def begin(self) -> None:
        """Read, perhaps once more; what was merged before stays."""
        self._attempts += 1
        self.pages = 0
        self.records = self._records_before
        self._drifted = False
        if self.read_before is None:
            self._seen.clear()

    def write_pages(self, batch: Sequence[Page], *, last: bool, arrived: Arrived | None = None) -> None:
        """Merge a few pages; with the last of them mark what is gone, and move the cursor.

        Args:
            arrived: Their rows, where they have been read already.
        """
        # Of the first of several reads: what changed since then is asked for again the next time.
        self._first_answer = self._first_answer or batch[0].answer.server_time
        self.pages += len(batch)
        if self._sees_all:
            self._seen += [name for page in batch for name in page.records.ids]
        reached = self._reach(batch)
        self.complete = last and (not self._drifted or self._attempts == READS)
        digest = self._digest(batch) if self.complete else None
        if self.complete and self._brings_nothing(batch, digest):
            self._note_nothing_new(batch, digest)
            return
        sweeps = self.complete and self._sees_all and self._shows_gone
        if sweeps and not self._seen:
            self._confirm(self._began)
        cursor = self._cursor() if self.complete else None
        seen, as_of = (self._seen, self._began) if sweeps else (None, None)
        with self._writer.batch(batch, cursor=cursor, seen=seen, as_of=as_of, arrived=arrived) as written:
            if self.complete:
                self._note_complete(written, digest)
            elif reached:
                self._note_cut(written)
        self.records += written.records

    def _digest(self, batch: Sequence[Page]) -> str | None:
        """Of a whole list that came in one batch what tells its answer from another; None where that tells nothing."""
        whole = self._plan.since is None and self._steady and self.pages == len(batch)
        return answer_digest(self._writer.endpoint, batch) if whole and self._keeps_digest else None

    def _brings_nothing(self, batch: Sequence[Page], digest: str | None) -> bool:
        """Whether a complete read says nothing that is not in the tables."""
        if self._plan.resume_from or self._drifted or self._before.cursor is None:
            return False
        if self._plan.since is not None:
            return self.pages == len(batch) and not any(page.records.texts for page in batch)
        return self._compares and digest is not None and digest == self._before.refresh_round.answer

    def _note_nothing_new(self, batch: Sequence[Page], digest: str | None) -> None:
        """A read that brought nothing was complete: noted together with those of other organisations."""
        cursor = self._cursor()
        seen, as_of = (self._seen, self._began) if self._sees_all and self._shows_gone else (None, None)
        self._writer.keep_answers(batch, self._writer.now(), cursor=cursor, seen=seen, as_of=as_of)
        self.records += sum(len(page.records.texts) for page in batch)
        self._reads.note(replace(cursor, records=self.records))
        if self._plan.everything:
            self._reads.note(self._round(self._before.refresh_round, digest))

    def _reach(self, batch: Sequence[Page]) -> bool:
        """Whether reading may go on behind these pages; a slice that drifted ends that for this read."""
        before = self.reached
        for page in batch:
            self._drifted = self._drifted or page.list_changed
            if page.read_before is not None and not self._drifted:
                self.read_before = page.read_before
            if page.read_to is not None:
                self.read_to = page.read_to
        return self.reached != before

    @property
    def description(self) -> str | None:
        """What is read, in words, where a person should know."""
        if self._drifted:
            return f"{READS} times; the list kept changing, a record may be missing until the next sync"
        return self._plan.description

    @property
    def reached(self) -> tuple[date | None, int]:
        """How far the read has come."""
        return self.read_before, self.read_to

    def _cursor(self) -> Cursor:
        """Where the next read starts: Xero's clock at our first answer, less the overlap; never after our own start.

        An answer that says it is from the future would hide every change until then.
        Of a list that kept changing out of order it is where this read started: a record may be missing still.
        """
        writer = self._writer
        # An answer that tells no time leaves us where we were.
        since = min(self._first_answer - OVERLAP, self._began) if self._first_answer else self._plan.since
        return Cursor(
            tenant_id=writer.tenant_id,
            endpoint=writer.endpoint.table,
            modified_since=self._plan.since if self._drifted or not writer.endpoint.modified_since else since,
            complete_at=writer.now(),
            records=self.records,
        )

    def _note_cut(self, batch: Batch) -> None:
        """How far this read has come, for a process that goes on where this one may be ended."""
        # Of what is behind the highest number we have, the rows themselves tell how far we are.
        if not (self._plan.everything or self.read_before):
            return
        self._records_before = self.records + batch.records
        batch.progress.write(
            ResumePoint(
                tenant_id=self._writer.tenant_id,
                endpoint=self._writer.endpoint.table,
                modified_since=self._plan.since,
                first_answer=self._first_answer,
                read_before=self.read_before,
                records=self._records_before,
                began_at=self._began,
                read_to=self.read_to or None,
            )
        )

    def _note_complete(self, batch: Batch, digest: str | None) -> None:
        """Nothing is to be gone on with; of a read of everything, that it was one, and what it left out."""
        from xero_pipeline.warehouse.load.present_rows import active_ids

        progress, writer = batch.progress, self._writer
        progress.end_read()
        if not self._plan.everything:
            if batch.records and self._before.refresh_round.answer:
                progress.forget_answer()
            return
        progress.write(self._round(progress.refresh_round(), None if batch.odd else digest))
        # Also of a list without ids, such as a page of settings: what was wrong with the answer before is over.
        if self._steady and (self._is_whole or self._plan.is_first):
            batch.issues.resolve_deleted(since=self._began, at=writer.now())
        if self._steady and self._sees_all and not self._shows_gone:
            ours = active_ids(batch.connection, writer.endpoint.table, writer.tenant_id, as_of=self._began)
            progress.add_ids_to_verify(ours - set(self._seen), self._began)

    @property
    def _steady(self) -> bool:
        """Whether it was read in one go, with nothing moving meanwhile."""
        return self._plan.resume_from is None and not self._drifted

    def _round(self, before: RefreshRound, digest: str | None) -> RefreshRound:
        """What a complete read of everything leaves to be known of it."""
        # For the first time there was nothing to compare with, which is as good.
        compared = self._steady and (self._sees_all or self._plan.is_first)
        return RefreshRound(
            before.tenant_id,
            before.endpoint,
            complete_at=self._began,
            swept_at=self._began if compared else before.swept_at,
            called_on=before.called_on,
            calls=before.calls,
            answer=digest,
        )


def answer_digest(endpoint: Endpoint, pages: Sequence[Page]) -> str:
    """A digest of all that a list's rows are made of: the records, the tables and the program that reads them."""
    digest = sha256(repr((program_version(), table_group(endpoint.table))).encode())
    for page in pages:
        for text in page.records.texts:
            digest.update(b"\n" + bytes(text))
    return digest.hexdigest()
