"""DuckDB's ways: one file, one process at a time, Arrow read where it lies."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xero_pipeline.warehouse.database.duckdb_engine import FOR_MERGES, engine_for, for_whole_tables, words_of
from xero_pipeline.warehouse.database.duckdb_file import open_file, state_of
from xero_pipeline.warehouse.database.duckdb_inserts import Inserts
from xero_pipeline.warehouse.database.read_copy import INTERVAL_SECONDS, ReadCopy
from xero_pipeline.warehouse.database.row_estimates import row_estimates
from xero_pipeline.warehouse.schema.ddl import SCHEMA
from xero_pipeline.warehouse.sql import q, same, target

if TYPE_CHECKING:
    from collections.abc import Generator, Hashable, Iterator, Mapping, Sequence
    from datetime import datetime

    import pyarrow as pa
    from sqlalchemy import URL, Connection, Engine

    from xero_pipeline.warehouse.query_stream import QueryStream
    from xero_pipeline.warehouse.schema.model import Table


class DuckDB:
    """One DuckDB file.

    Args:
        url: From `warehouse_address`.
        lock_timeout_seconds: How long to wait for another process.
    """

    def __init__(self, url: URL, *, lock_timeout_seconds: float) -> None:
        self.url = url
        self.path = Path(url.database or "").absolute()
        self.timeout = lock_timeout_seconds
        self.file = open_file(self.path)
        self._engines: dict[bool, Engine] = {}
        self._reads_much = False
        self._inserts = Inserts()

    def engine(self, *, read_only: bool) -> Engine:
        """An engine whose connections are closed after use: only then may another process open the file."""
        if read_only not in self._engines:
            self._engines[read_only] = self._new_engine(read_only=read_only)
        return self._engines[read_only]

    @cached_property
    def read_copy(self) -> ReadCopy:
        """The copy of the file that readers open."""
        return ReadCopy(self)

    @contextmanager
    def kept(self) -> Generator[None]:
        """Between its transactions this process leaves the file open, until another wants it.

        Who is the last to be done leaves a read copy: one, however many organisations there were.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with self.file.hold.kept():
                yield
        except Exception:
            self._leave_read_copy()
            raise
        self._leave_read_copy()  # not for a person who stops it: the next one does

    def _leave_read_copy(self) -> None:
        if not self.file.hold.is_kept:
            self.read_copy.follow()

    @contextmanager
    def connected(self, purpose: str) -> Generator[Connection]:
        """The room that a transaction takes for itself ends with it."""
        with self._transaction(purpose) as connection:
            yield connection
        if purpose == "written" and self.file.hold.is_kept:
            self.read_copy.follow(after_seconds=INTERVAL_SECONDS)

    @contextmanager
    def _transaction(self, purpose: str) -> Generator[Connection]:
        with self.exclusive(purpose):
            read_only = self.file.opens_to_read(read_only=purpose == "read")
            try:
                with self.engine(read_only=read_only).begin() as connection:
                    yield connection
            except Exception:
                # After a fatal error of DuckDB only a file that is opened anew can be used.
                self.file.close_if_broken()
                raise
            finally:
                if self._reads_much:
                    self._reads_much = False
                    self.file.settle(FOR_MERGES)
                self.file.close_if_much_was_written()

    @contextmanager
    def looked_at(self, schemas: Sequence[str], *, sandboxed: bool) -> Generator[Connection]:
        """The settings of a sandbox are those of the open file, so it is opened for it alone."""
        with self.exclusive("read"):
            if sandboxed:
                self.file.close()
            try:
                with self.connected("read") as connection:
                    self._look(connection, schemas)
                    if sandboxed:
                        self._sandbox(connection)
                    yield connection
            finally:
                if sandboxed:
                    self.file.close()

    @staticmethod
    def _sandbox(connection: Connection) -> None:
        connection.exec_driver_sql("SET enable_external_access = false")
        connection.exec_driver_sql("SET lock_configuration = true")

    def _new_engine(self, *, read_only: bool) -> Engine:
        from sqlalchemy import event

        engine = engine_for(self.url, read_only=read_only)
        event.listen(engine, "do_connect", partial(self.file.open, self.timeout))
        return engine

    def as_of(self) -> datetime | None:
        """None: it is the file itself that is read."""
        return None

    def state(self) -> Hashable:
        """Size and time of the file and its log."""
        return state_of(self.path)

    def is_new(self) -> bool:
        """Whether there is no file, or an empty one."""
        return not self.path.exists() or not self.path.stat().st_size

    @contextmanager
    def exclusive(self, purpose: str) -> Generator[None]:
        """The file for this process alone, readers too: DuckDB lets nobody read beside a writer."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.file.hold.held(purpose, self.timeout):
            yield

    def existing(self, connection: Connection, schema: str = SCHEMA) -> dict[str, dict[str, str | None]]:
        """Table → column → comment, the table's own comment under the empty name."""
        found: dict[str, dict[str, str | None]] = {}
        tables = "SELECT table_name, comment FROM duckdb_tables() WHERE schema_name = ?"
        for name, comment in connection.exec_driver_sql(tables, (schema,)):
            found[name] = {"": comment}
        columns = "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE schema_name = ?"
        for name, column, comment in connection.exec_driver_sql(columns, (schema,)):
            if name in found:
                found[name][column] = comment
        return found

    def stage(self, connection: Connection, name: str, rows: pa.Table, like: Table) -> str:
        """The Arrow rows themselves, seen as a view: nothing is copied."""
        driver: Any = connection.connection.driver_connection
        driver.register(name, rows.select([column.name for column in like.all_columns]))
        return name

    def stage_ids(self, connection: Connection, name: str, ids: pa.StringArray) -> str:
        """One column of texts, called `id`."""
        import pyarrow as pa

        driver: Any = connection.connection.driver_connection
        driver.register(name, pa.table({"id": ids}))
        return name

    def analyze(self, connection: Connection, name: str, columns: Sequence[str]) -> None:
        """Nothing to do: DuckDB knows how many rows its tables have."""

    def lock(self, connection: Connection, name: str) -> None:
        """Nothing to do: whoever has the file is alone."""

    @staticmethod
    def pairs(source: str, table: Table, select: str, *, keys: Sequence[str], where: str = "TRUE") -> str:
        """Keys first, then only the rows found: joined at once, DuckDB reads every `raw` of the table."""
        return (
            f"WITH found AS MATERIALIZED (SELECT t.rowid AS place, s.* FROM {source} AS s "
            f"JOIN {target(table)} AS t ON {same('t', 's', keys)}) "
            f"SELECT {select} FROM found AS s JOIN {target(table)} AS t ON t.rowid = s.place WHERE {where}"
        )

    @staticmethod
    def beside(source: str, table: Table, columns: Sequence[str], told: Mapping[str, str]) -> str:
        """The pairs, joined to the source once more: a LEFT JOIN at once would read every `raw`, too."""
        keys = table.primary_key
        listed = ", ".join(f"s.{q(name)}" for name in columns)
        given = ", ".join(f"{sql} AS {name}" for name, sql in told.items())
        pairs = DuckDB.pairs(
            source, table, f"{', '.join(f's.{q(key)}' for key in keys)}, TRUE AS there, {given}", keys=keys
        )
        return (
            f"SELECT {listed}, known.there IS NOT NULL AS is_known, {', '.join(f'known.{name}' for name in told)} "
            f"FROM {source} AS s LEFT JOIN ({pairs}) AS known ON {same('known', 's', keys)}"
        )

    @staticmethod
    def different(table: Table, column: str) -> str:
        """A condition that a column of `s` and `t` differs."""
        return f"t.{q(column)} IS DISTINCT FROM s.{q(column)}"

    def insert(self, connection: Connection, table: Table, source: str) -> None:
        """A plain INSERT where it may be one."""
        connection.exec_driver_sql(self._inserts.statement(connection, table, source))

    def reads_much(self, connection: Connection) -> None:
        """Nobody else is in, and sums over a whole ledger need more room and threads than a merge of some pages."""
        connection.exec_driver_sql(for_whole_tables(sum(row_estimates(connection).values())))
        self._reads_much = True

    def arrow(self, connection: Connection, sql: str, params: Mapping[str, object]) -> pa.Table:
        """The result of a query, with `:name` parameters."""
        from sqlalchemy import text

        compiled: Any = text(sql).compile(dialect=connection.dialect)
        values = [params[name] for name in compiled.positiontup or ()]
        driver: Any = connection.connection.driver_connection
        return driver.sql(compiled.string, params=values).to_arrow_table()

    def stream(self, connection: Connection, sql: str, params: Mapping[str, object], rows: int) -> QueryStream:
        """As DuckDB computes it; one answer at a time."""
        from xero_pipeline.warehouse.query_stream import duckdb_stream

        return duckdb_stream(connection, sql, params, rows)

    def refusal(self, error: Exception) -> str | None:
        """DuckDB's words."""
        return words_of(error)

    def _look(self, connection: Connection, schemas: Sequence[str]) -> None:
        """What a statement without schemas and zones means, in this session alone."""
        # DuckDB refuses a search path with a schema that is not there.
        found = connection.exec_driver_sql("SELECT schema_name FROM duckdb_schemas()").scalars().all()
        there = [schema for schema in schemas if schema in found]
        connection.exec_driver_sql("SET TimeZone = 'UTC'")
        connection.exec_driver_sql(f"SET search_path = '{','.join([*there, 'main'])}'")

    def is_there(self) -> bool:
        """Whether there is a file: reading never makes one."""
        return self.path.exists()

    def freeze(self, connection: Connection, tables: Sequence[str]) -> None:
        """Nothing to do: whoever has the file is alone."""

    def batches(self, connection: Connection, sql: str, rows: int) -> Iterator[pa.Table]:
        """The result of a query, some rows at a time."""
        import pyarrow as pa

        driver: Any = connection.connection.driver_connection
        for batch in driver.sql(sql).to_arrow_reader(rows):
            yield pa.Table.from_batches([batch])

    def append(self, connection: Connection, name: str, rows: pa.Table) -> None:
        """Arrow rows, read where they lie."""
        driver: Any = connection.connection.driver_connection
        driver.register("appended", rows)
        driver.execute(f"INSERT INTO {name} BY NAME SELECT * FROM appended")
        driver.unregister("appended")
