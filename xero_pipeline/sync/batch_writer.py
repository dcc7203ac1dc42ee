"""The one way from Xero's answers into the tables of a collection: one transaction a batch, all of it or nothing."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from xero_pipeline.errors import RecordRefused
from xero_pipeline.sync.page_batches import lots

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from datetime import datetime

    import pyarrow as pa
    from sqlalchemy import Connection

    from xero_pipeline.sync.landing.store import Landing
    from xero_pipeline.warehouse.progress.issues import Issues
    from xero_pipeline.warehouse.progress.read_progress import ReadProgress
    from xero_pipeline.warehouse.progress.records import Drift
    from xero_pipeline.warehouse.store import Cursor, Warehouse
    from xero_pipeline.xero.endpoints import Endpoint
    from xero_pipeline.xero.pagination import Page

MAX_UNREADABLE = 10
"""So many records may be unreadable in a few pages; more of them, and more than half, are not odd records any more."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A transaction whose rows are in: what is noted while it is open is true together with them.

    Args:
        progress: Where it is noted how far the read has come.
        issues: Where it is noted what was odd; of these records it was.
        records: Those that could be read, one that came twice counted once.
        odd: Whether something could not be read, or nobody knew it.
    """

    connection: Connection
    progress: ReadProgress
    issues: Issues
    records: int
    odd: bool


@dataclass(frozen=True, slots=True)
class Arrived:
    """The rows of some pages on their way into the tables.

    Args:
        at: The instant they are marked with.
        faults: What is wrong with each record that cannot be read.
        drift: What nobody knew of.
    """

    at: datetime
    tables: dict[str, pa.Table]
    faults: Sequence[RecordRefused]
    drift: Sequence[Drift]


class BatchWriter:
    """Writes the records of one collection of one organisation, and counts what that did.

    Args:
        now: The clock for `synced_at`.
        landing: Where answers are kept before their rows are.
    """

    def __init__(
        self,
        warehouse: Warehouse,
        tenant_id: str,
        endpoint: Endpoint,
        *,
        now: Callable[[], datetime],
        landing: Landing | None = None,
    ) -> None:
        from xero_pipeline.warehouse.load.merge import Merged
        from xero_pipeline.warehouse.schema.catalogue import table_group

        self.warehouse = warehouse
        self.tenant_id = tenant_id
        self.endpoint = endpoint
        self.now = now
        self.records = 0
        self.quarantined = set[str]()
        """The names of records that could not be read, and are in quarantine."""
        self.tables = {table.name: Merged() for table in table_group(endpoint.table)}
        self._landing = landing

    @contextmanager
    def batch(
        self,
        pages: Sequence[Page] = (),
        *,
        cursor: Cursor | None = None,
        seen: Sequence[str] | None = None,
        as_of: datetime | None = None,
        gone: Sequence[str] = (),
        arrived: Arrived | None = None,
    ) -> Generator[Batch]:
        """Merge the records of some pages, with everything that is to be true together with them.

        Args:
            pages: None, if only marks are to be set, or something noted.
            cursor: Where the next read of changes starts, with the last pages of a complete read; its `records` are
                those of earlier pages.
            seen: The ids of a complete read of the whole list: what is not among them is marked deleted.
            as_of: When that read began; what was written since stays.
            gone: Ids that Xero, asked for them, does not know any more: they are marked deleted.
            arrived: What `read` made of the pages; read here by default.

        Yields:
            The transaction, once the rows are in it.

        Raises:
            LandingError: The answers could not be kept; nothing was merged.
            RecordRefused: Most of the records cannot be read; nothing was merged.
        """
        from xero_pipeline.warehouse.load.merge import Merged
        from xero_pipeline.warehouse.progress.issues import Issues, name_of
        from xero_pipeline.warehouse.progress.read_progress import ReadProgress

        arrived = arrived or self.read(pages)
        at, tables, faults, drift = arrived.at, arrived.tables, arrived.faults, arrived.drift
        table = self.endpoint.table
        records = tables[table].num_rows
        if len(faults) > max(MAX_UNREADABLE, records):
            raise self._refused(faults, records)
        self.keep_answers(pages, at, cursor=cursor, seen=seen, as_of=as_of, gone=gone)
        cursor = cursor and replace(cursor, records=cursor.records + records)
        names = {name_of(fault) for fault in faults}
        with self.warehouse.transaction() as connection:
            merged = self.warehouse.merge(tables, cursor=cursor)
            removed = 0
            if seen is not None:
                removed = self.warehouse.sweep(table, self.tenant_id, seen, as_of=as_of or at)
            gone = [*gone, *self._replaced(connection, tables[table])]
            if gone:
                removed += self.warehouse.mark_deleted(table, self.tenant_id, gone, at=at)
            issues = Issues(connection, self.tenant_id, table)
            if aside := issues.quarantined():
                aside &= (_names(table, tables) - names) | set(gone)
                issues.resolve(aside, at=at)
            if faults:
                issues.quarantine(faults, at=at)
            if drift:
                issues.note_drift(drift, at=at)
            if aside or faults or drift:
                self.warehouse.rows_changed()
            progress = ReadProgress(connection, self.tenant_id, table)
            yield Batch(connection, progress, issues, records, odd=bool(faults or drift))
        self.records += records
        self.quarantined |= names
        merged[table] += Merged(removed=removed)
        for name, counts in merged.items():
            self.tables[name] += counts

    def _replaced(self, connection: Connection, arrived: pa.Table) -> Sequence[str]:
        """The ids of numbered records whose number came with another id: it is one record, damaged on its way once.

        Nothing else would find them: what is numbered never changes, so it is not compared with the whole list.
        """
        from xero_pipeline.warehouse.load.present_rows import ids_of_same_numbers

        number = self.endpoint.number
        if not number or not arrived.num_rows:
            return ()
        return ids_of_same_numbers(connection, self.endpoint.table, self.tenant_id, number, arrived)

    def read(self, pages: Sequence[Page]) -> Arrived:
        """The rows of some pages; any thread may read them."""
        import pyarrow as pa

        from xero_pipeline.warehouse.parse.schema_drift import merge_drift
        from xero_pipeline.warehouse.parse.to_arrow import tables_of

        at = self.now()
        faults: list[RecordRefused] = []
        drift: list[Drift] = []
        read = [
            tables_of(
                self.endpoint.table,
                [bytes(text) for page in lot for text in page.records.texts],
                tenant_id=self.tenant_id,
                synced_at=at,
                refuse=faults.append,
                notice=drift.append,
            )
            for lot in lots(pages)
        ]
        tables = {name: pa.concat_tables([tables[name] for tables in read]) for name in read[0]}
        return Arrived(at, tables, faults, merge_drift(drift))

    def keep_answers(
        self,
        pages: Sequence[Page],
        at: datetime,
        *,
        cursor: Cursor | None = None,
        seen: Sequence[str] | None = None,
        as_of: datetime | None = None,
        gone: Sequence[str] = (),
    ) -> None:
        """Keep the answers of a batch in the landing zone, if there is one, with what is true together with them.

        Args:
            at: The instant the rows are marked with.

        Raises:
            LandingError: They could not be kept.
        """
        if self._landing is None or not (pages or gone):
            return
        from xero_pipeline.sync.landing.file_format import Checkpoint, records_arrival

        answers = [page.answer for page in pages]
        marks = Checkpoint(cursor=cursor, seen=None if seen is None else tuple(seen), as_of=as_of, gone=tuple(gone))
        self._landing.keep(records_arrival(self.tenant_id, self.endpoint.table, at, answers, marks), answers)

    def _refused(self, faults: Sequence[RecordRefused], readable: int) -> RecordRefused:
        return RecordRefused(
            f"{len(faults)} of {len(faults) + readable} records of {self.endpoint.table} cannot be read, so nothing of "
            "these pages was written: Xero seems to send them in another form than this version knows. Look for a "
            f"newer version of xero_pipeline, or report it. The first: {faults[0].message}.",
            organisation=self.tenant_id,
            endpoint=self.endpoint.path,
            record_id=faults[0].record_id,
        )


def _names(collection: str, tables: dict[str, pa.Table]) -> set[str]:
    """What the records of some tables are called in the quarantine."""
    from xero_pipeline.warehouse.schema.catalogue import table_group

    keys = [tables[collection].column(name).to_pylist() for name in table_group(collection)[0].key]
    return {"/".join(map(str, key)) for key in zip(*keys, strict=True)}
