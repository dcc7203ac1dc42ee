"""The warehouse: one door to the tables, whatever database they live in.

Every method opens the database, does its one transaction and closes it again, so that other processes get their
turn; `kept_open` spares work of many transactions the opening while nobody else waits for a turn. Whoever writes twice
at the same time waits for the other, and is told whom he waited for.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from xero_pipeline.spans import span
from xero_pipeline.warehouse.database.dialects import dialect_of
from xero_pipeline.warehouse.progress.records import Cursor, ReportPull
from xero_pipeline.warehouse.schema.catalogue import table, table_group

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping, Sequence
    from datetime import datetime

    import pyarrow as pa
    from sqlalchemy import Connection

    from xero_pipeline.warehouse.load.merge import Merged
    from xero_pipeline.warehouse.schema.derived_layout import DerivedLayout

__all__ = ["Cursor", "ReportPull", "Warehouse"]


class Warehouse:
    """The tables of all organisations.

    Every method raises WarehouseBusy where another process held the file all the time.

    Args:
        url: SQLAlchemy URL; DuckDB needs a file, PostgreSQL uses psycopg 3.
        lock_timeout_seconds: How long to wait while another process has the file.
        derived: The layout that is completed together with the warehouse's own.
        reads_copy: For those who only look: on DuckDB they read the read copy, and wait for no writer.

    Raises:
        ConfigurationError: The URL is no DuckDB file and no PostgreSQL database.
    """

    def __init__(
        self,
        url: str,
        *,
        lock_timeout_seconds: float = 120,
        derived: DerivedLayout | None = None,
        reads_copy: bool = False,
    ) -> None:
        self.dialect = dialect_of(url, lock_timeout_seconds, reads_copy=reads_copy)
        self._derived = derived
        self._ready = False
        self._mine = threading.local()

    def prepare(self) -> None:
        """Create what is missing; an older layout becomes ours: all of it, or on any error nothing.

        Every other method does it by itself the first time.

        Raises:
            NewerDatabase: A newer program wrote it; nothing is changed.
        """
        from xero_pipeline.warehouse.schema.upgrade import is_current, make_current

        is_new = self.dialect.is_new()
        with self.dialect.connected("written") as connection:
            self.dialect.lock(connection, "prepare")
            was_current = is_current(connection) and self._is_derived_current(connection)
            if not was_current:
                self.rows_changed()
                make_current(self.dialect, connection)
                if self._derived:
                    self._derived.make_current(self.dialect, connection)
        self._ready = True
        if (copy := self.dialect.read_copy) and not was_current and not is_new:
            copy.follow()  # queries of this program want its layout

    def rows_changed(self) -> None:
        """To be called in a transaction that changes what readers look at: they get it when the work is done."""
        if self.dialect.read_copy:
            self.dialect.read_copy.note_change()

    def merge(self, batch: Mapping[str, pa.Table], *, cursor: Cursor | None = None) -> dict[str, Merged]:
        """Bring arrived rows in, together with the cursor: both or neither.

        Args:
            batch: What `tables_of` made of some answers; may be empty.
            cursor: Where the next read goes on, with the last batch of a complete read.

        Returns:
            What happened, by table.
        """
        from xero_pipeline.warehouse.load.merge import merge_collection
        from xero_pipeline.warehouse.progress.read_progress import ReadProgress

        merged: dict[str, Merged] = {}
        with span("merge", table=next(iter(batch), None)), self._current("written") as connection:
            for name in [name for name in batch if table(name).role == "record"]:
                group = {member.name: batch[member.name] for member in table_group(name) if member.name in batch}
                self._alone(connection, name, {str(said) for said in batch[name].column("tenant_id").unique()})
                merged |= merge_collection(self.dialect, connection, group)
            self._noted(sum(counts.changed for counts in merged.values()))
            if cursor is not None:
                ReadProgress(connection, cursor.tenant_id, cursor.endpoint).write(cursor)
        return merged

    def sweep(
        self, collection: str, tenant_id: str, seen_ids: Sequence[str] | pa.StringArray, *, as_of: datetime
    ) -> int:
        """Mark records, and all that hangs on them, that a full read did not bring: Xero deleted them.

        Args:
            seen_ids: The ids the full read brought.
            as_of: When the full read began; rows written since then are left alone.

        Returns:
            How many records were marked just now.

        Raises:
            ValueError: The collection's key is not one column.
        """
        from xero_pipeline.warehouse.load.soft_delete import mark_unseen_deleted

        with self.writing() as connection:
            self._alone(connection, collection, [tenant_id])
            return self._noted(mark_unseen_deleted(self.dialect, connection, collection, tenant_id, seen_ids, as_of))

    def mark_deleted(self, collection: str, tenant_id: str, ids: Sequence[str], *, at: datetime) -> int:
        """Mark records, and all that hangs on them, that Xero does not know any more when asked for them.

        Args:
            at: When Xero said so; rows written since then are left alone.

        Returns:
            How many records were marked just now.

        Raises:
            ValueError: The collection's key is not one column.
        """
        from xero_pipeline.warehouse.load.soft_delete import mark_deleted

        with self.writing() as connection:
            self._alone(connection, collection, [tenant_id])
            return self._noted(mark_deleted(self.dialect, connection, collection, tenant_id, ids, at))

    def _alone(self, connection: Connection, name: str, tenants: Iterable[str]) -> None:
        """One writer of a table at a time for each organisation; writers of others go on beside it."""
        for tenant_id in sorted(tenants):
            self.dialect.lock(connection, f"{name} of {tenant_id}")

    def _noted(self, count: int) -> int:
        if count:
            self.rows_changed()
        return count

    def replace_report(self, name: str, rows: pa.Table, pull: ReportPull) -> Merged:
        """Bring one report in; see `replace_reports`."""
        return self.replace_reports(name, rows, [pull])

    def replace_reports(self, name: str, rows: pa.Table, pulls: Sequence[ReportPull]) -> Merged:
        """Make the rows of some periods what Xero answered; rows that say the same stay untouched.

        Args:
            rows: All rows of all these periods; a period without rows becomes empty.
            pulls: One answer a period. It is kept when it differs from the one before, else noted as checked.
        """
        from xero_pipeline.warehouse.load.report_replacement import replace_reports

        with span("merge", table=name, reports=len(pulls)), self.writing() as connection:
            self._alone(connection, name, {pull.tenant_id for pull in pulls})
            replaced = replace_reports(self.dialect, connection, table(name), rows, pulls)
            self._noted(replaced.changed)
            return replaced

    def cursor(self, tenant_id: str, endpoint: str) -> Cursor | None:
        """How far an endpoint has been read, None before its first complete read."""
        from xero_pipeline.warehouse.progress.read_progress import ReadProgress

        with self.reading() as connection:
            return ReadProgress(connection, tenant_id, endpoint).cursor()

    def forget_cursors(self) -> None:
        """Let every collection be read from the beginning the next time; the rows stay."""
        with self.writing() as connection:
            connection.exec_driver_sql("DELETE FROM xero.cursors")

    @contextmanager
    def reading(self) -> Generator[Connection]:
        """A connection to read with; on DuckDB nobody else gets into the file until it is closed.

        Raises:
            NewerDatabase: A newer program wrote it.
        """
        with self._current("read") as connection:
            yield connection

    def query(self, sql: str, params: Mapping[str, object] | None = None) -> pa.Table:
        """The result of a query as Arrow: decimals, instants and JSON text exactly as stored.

        Args:
            sql: One SELECT; parameters are written `:name`.
        """
        with self.reading() as connection:
            return self.dialect.arrow(connection, sql, params or {})

    @contextmanager
    def kept_open(self) -> Generator[Warehouse]:
        """For work of many transactions: the database stays open between them, as long as nobody else wants it."""
        with self.dialect.kept():
            yield self

    @contextmanager
    def transaction(self) -> Generator[Connection]:
        """Make everything this thread does inside one transaction: all of it is committed, or nothing.

        Yields:
            Its connection.
        """
        outer = getattr(self._mine, "connection", None)
        with self._current("written") as connection:
            self._mine.connection = connection
            try:
                yield connection
            finally:
                self._mine.connection = outer

    @contextmanager
    def writing(self) -> Generator[Connection]:
        """A connection whose one transaction is committed at the end, rolled back on any error: for our own tables.

        Raises:
            NewerDatabase: A newer program wrote it.
        """
        with self._current("written") as connection:
            yield connection

    @contextmanager
    def _current(self, purpose: str) -> Generator[Connection]:
        """A warehouse of our layout, also where a newer program has upgraded it while this one was running."""
        from xero_pipeline.warehouse.schema.upgrade import check, is_current

        joined: Connection | None = getattr(self._mine, "connection", None)
        if joined is not None:
            yield joined
            return
        if self._ready or not self.dialect.is_new():
            with self.dialect.connected(purpose) as connection:
                self._ready = self._ready or (is_current(connection) and self._is_derived_current(connection))
                if self._ready:
                    check(connection)
                    yield connection
                    return
        self.prepare()
        with self.dialect.connected(purpose) as connection:
            yield connection

    def _is_derived_current(self, connection: Connection) -> bool:
        return self._derived is None or self._derived.is_current(connection)
