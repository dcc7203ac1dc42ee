"""What changes between databases: each has a class that keeps these promises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from xero_pipeline.warehouse.schema.ddl import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    import pyarrow as pa
    from sqlalchemy import Connection, Engine

    from xero_pipeline.warehouse.database.read_copy import ReadCopy
    from xero_pipeline.warehouse.query_stream import QueryStream
    from xero_pipeline.warehouse.schema.model import Table


class Dialect(Protocol):
    """What one kind of database does in its own way."""

    def engine(self, *, read_only: bool) -> Engine:
        """An engine whose connections are closed after use."""
        ...

    @property
    def read_copy(self) -> ReadCopy | None:
        """The copy that readers open, where they cannot read beside a writer."""
        ...

    def as_of(self) -> datetime | None:
        """Of when the rows are that are read, in UTC, if some have changed since; None where they are those of now."""
        ...

    def state(self) -> Hashable:
        """Another one whenever something else may be read; None where that cannot be told.

        Raises:
            WarehouseBusy: Another process had the database to itself all the time.
        """
        ...

    def is_new(self) -> bool:
        """Whether there is nothing yet that could be opened for reading."""
        ...

    def kept(self) -> AbstractContextManager[None]:
        """While in the context, opening the database once does for many transactions, as long as nobody else waits."""
        ...

    def connected(self, purpose: str) -> AbstractContextManager[Connection]:
        """One transaction, committed at the end and rolled back on any error.

        Args:
            purpose: `written` or `read`.

        Raises:
            WarehouseBusy: Another process had the database to itself all the time.
        """
        ...

    def looked_at(self, schemas: Sequence[str], *, sandboxed: bool) -> AbstractContextManager[Connection]:
        """One transaction of a session that reads the books of one moment.

        Args:
            schemas: Where it looks for a table without a schema, in this order.
            sandboxed: For statements that are not ours: nothing else of the machine can be read.

        Raises:
            WarehouseBusy: Another process had the database to itself all the time.
        """
        ...

    def existing(self, connection: Connection, schema: str = SCHEMA) -> Mapping[str, Mapping[str, str | None]]:
        """Table → column → comment, the table's own comment under the empty name."""
        ...

    def stage(self, connection: Connection, name: str, rows: pa.Table, like: Table) -> str:
        """Make Arrow rows readable in SQL until the transaction ends; returns what to select from."""
        ...

    def stage_ids(self, connection: Connection, name: str, ids: pa.StringArray) -> str:
        """The same for one column of texts, which is called `id`."""
        ...

    def analyze(self, connection: Connection, name: str, columns: Sequence[str]) -> None:
        """Let the planner know a temporary table that was just filled, by the columns it is joined by."""
        ...

    def lock(self, connection: Connection, name: str) -> None:
        """Until the transaction ends, nobody else writes what goes by this name; for databases with many writers."""
        ...

    @staticmethod
    def pairs(source: str, table: Table, select: str, *, keys: Sequence[str], where: str = "TRUE") -> str:
        """A query over the rows of `source` (s), each beside the rows of the table (t) with the same keys."""
        ...

    @staticmethod
    def beside(source: str, table: Table, columns: Sequence[str], told: Mapping[str, str]) -> str:
        """A query over every row of `source` (s): some of its columns, whether it `is_known`, and what is told of both.

        What is told of it and the table's row with the same key (t) is null where there is no such row.
        """
        ...

    @staticmethod
    def different(table: Table, column: str) -> str:
        """A condition that a column of `s` and `t` differs, nulls being equal."""
        ...

    def insert(self, connection: Connection, table: Table, source: str) -> None:
        """Write all rows of a staged name, of which none should be there yet; one that is gets written over."""
        ...

    def reads_much(self, connection: Connection) -> None:
        """Let a transaction that writes read whole tables at the speed of one that only reads."""
        ...

    def arrow(self, connection: Connection, sql: str, params: Mapping[str, object]) -> pa.Table:
        """The result of a query, with `:name` parameters."""
        ...

    def stream(self, connection: Connection, sql: str, params: Mapping[str, object], rows: int) -> QueryStream:
        """The answer to one statement that need not fit into memory, with `:name` parameters."""
        ...

    def refusal(self, error: Exception) -> str | None:
        """What the database says about a statement it does not carry out; None for any other error."""
        ...

    def is_there(self) -> bool:
        """Whether a look can be made without making the database first."""
        ...

    def freeze(self, connection: Connection, tables: Sequence[str]) -> None:
        """Let nobody write to these tables until the transaction ends; raises WarehouseBusy."""
        ...

    def batches(self, connection: Connection, sql: str, rows: int) -> Iterator[pa.Table]:
        """The result of a query that need not fit into memory, some rows at a time."""
        ...

    def append(self, connection: Connection, name: str, rows: pa.Table) -> None:
        """Add rows to a table, as fast as it goes."""
        ...
