"""PostgreSQL's ways: many writers, rows copied into temporary tables."""

from __future__ import annotations

from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any

from xero_pipeline.errors import WarehouseBusy
from xero_pipeline.warehouse.database.postgresql_sessions import DatabaseSessions
from xero_pipeline.warehouse.load.merge import merge_sql
from xero_pipeline.warehouse.schema.ddl import SCHEMA
from xero_pipeline.warehouse.sql import q, same, target

if TYPE_CHECKING:
    from collections.abc import Generator, Hashable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    import pyarrow as pa
    from sqlalchemy import URL, Connection, Engine

    from xero_pipeline.warehouse.query_stream import QueryStream
    from xero_pipeline.warehouse.schema.model import Table

_EXISTING = """
SELECT c.relname, COALESCE(a.attname, ''), d.description
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_description d ON d.objoid = c.oid AND d.objsubid = a.attnum AND d.classoid = 'pg_class'::regclass
WHERE n.nspname = %s AND c.relkind IN ('r', 'p')
UNION ALL
SELECT c.relname, '', d.description
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_description d ON d.objoid = c.oid AND d.objsubid = 0 AND d.classoid = 'pg_class'::regclass
WHERE n.nspname = %s AND c.relkind IN ('r', 'p')
"""

# Without statistics of tables that were just filled the planner takes a join of whole tables for one of a few rows.
_READING_MUCH = {
    "enable_seqscan": "on",
    "enable_mergejoin": "on",
    "enable_nestloop": "off",
    "work_mem": "256MB",
}
# Staged rows up to a page's size stay as they are: what is compressed there is unpacked again a moment later.
_STAGED = "WITH (toast_tuple_target = 8160)"
_READS_FILES = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
"""Whether this session may read files of the server (pg_read_file): a superuser may."""

_FREEZE_SECONDS = 120


class PostgreSQL:
    """One PostgreSQL database, version 15 or later (MERGE).

    Args:
        url: From `warehouse_address`.
    """

    def __init__(self, url: URL) -> None:
        self.url = url
        self.sessions = DatabaseSessions(url)
        self.read_copy = None

    def engine(self, *, read_only: bool) -> Engine:
        """An engine whose connections are closed after use, or, while they are kept, used again."""
        return self.sessions.engine(read_only=read_only)

    def kept(self) -> AbstractContextManager[None]:
        """Connections are used again; the last to leave closes them."""
        return self.sessions.kept()

    @contextmanager
    def connected(self, purpose: str) -> Generator[Connection]:
        """PostgreSQL lets everybody in, and `lock` keeps writers of one table apart."""
        with self.engine(read_only=purpose == "read").begin() as connection:
            yield connection

    @contextmanager
    def looked_at(self, schemas: Sequence[str], *, sandboxed: bool) -> Generator[Connection]:
        """All that is read is of one moment, and none of it is a file of the server."""
        with self.engine(read_only=True).begin() as connection:
            self._look(connection, schemas)
            yield connection

    def as_of(self) -> datetime | None:
        """None: everybody reads what is committed."""
        return None

    def state(self) -> Hashable:
        """None: only the server could tell."""
        return None

    def is_new(self) -> bool:
        """Never: the database is there, with or without our tables."""
        return False

    def existing(self, connection: Connection, schema: str = SCHEMA) -> dict[str, dict[str, str | None]]:
        """Table → column → comment, the table's own comment under the empty name."""
        found: dict[str, dict[str, str | None]] = {}
        for name, column, comment in connection.exec_driver_sql(_EXISTING, (schema, schema)):
            found.setdefault(name, {})[column] = comment
        return found

    def stage(self, connection: Connection, name: str, rows: pa.Table, like: Table) -> str:
        """Copy the rows, written as CSV by Arrow, into a temporary table of the same types."""
        names = [column.name for column in like.all_columns]
        listed = ", ".join(map(q, names))
        connection.exec_driver_sql(
            f"CREATE TEMP TABLE {name} {_STAGED} AS SELECT {listed} FROM {target(like)} WITH NO DATA"
        )
        _copy(connection, f"{name} ({listed})", rows.select(names))
        self.analyze(connection, name, like.primary_key)
        return name

    def stage_ids(self, connection: Connection, name: str, ids: pa.StringArray) -> str:
        """One column of texts, called `id`."""
        import pyarrow as pa

        connection.exec_driver_sql(f"CREATE TEMP TABLE {name} (id TEXT)")
        _copy(connection, f"{name} (id)", pa.table({"id": ids}))
        return name

    def analyze(self, connection: Connection, name: str, columns: Sequence[str]) -> None:
        """Without it, an empty temporary table counts as hundreds of rows, and five as well."""
        connection.exec_driver_sql(f"ANALYZE {name} ({', '.join(map(q, columns))})")

    def lock(self, connection: Connection, name: str) -> None:
        """One writer a name; the others wait for its transaction to end."""
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"{SCHEMA}.{name}",))

    @staticmethod
    def pairs(source: str, table: Table, select: str, *, keys: Sequence[str], where: str = "TRUE") -> str:
        """The primary key's index finds the rows; only those are read."""
        return f"SELECT {select} FROM {source} AS s JOIN {target(table)} AS t ON {same('t', 's', keys)} WHERE {where}"

    @staticmethod
    def beside(source: str, table: Table, columns: Sequence[str], told: Mapping[str, str]) -> str:
        """One join by the primary key: the planner takes the pairs for almost none, and a second join goes wrong."""
        there = f"t.{q(table.primary_key[0])} IS NOT NULL"
        listed = ", ".join(f"s.{q(name)}" for name in columns)
        given = ", ".join(f"CASE WHEN {there} THEN {sql} END AS {name}" for name, sql in told.items())
        return (
            f"SELECT {listed}, {there} AS is_known, {given} FROM {source} AS s "
            f"LEFT JOIN {target(table)} AS t ON {same('t', 's', table.primary_key)}"
        )

    @staticmethod
    def different(table: Table, column: str) -> str:
        """A condition that a column of `s` and `t` differs; JSON has no equality but as text."""
        as_text = "::text" if table.column(column).kind == "json" else ""
        return f"t.{q(column)}{as_text} IS DISTINCT FROM s.{q(column)}{as_text}"

    def insert(self, connection: Connection, table: Table, source: str) -> None:
        """A plain INSERT: MERGE would look every row up in a table that grows. If one is there after all, MERGE."""
        from sqlalchemy.exc import IntegrityError

        names = ", ".join(q(column.name) for column in table.all_columns)
        try:
            with connection.begin_nested():
                connection.exec_driver_sql(f"INSERT INTO {target(table)} ({names}) SELECT {names} FROM {source}")
        except IntegrityError:
            connection.exec_driver_sql(merge_sql(table, f"SELECT * FROM {source}"))

    def reads_much(self, connection: Connection) -> None:
        """What helps a merge of some pages hurts here: the planner may read tables whole again."""
        for name, value in _READING_MUCH.items():
            connection.exec_driver_sql(f"SET LOCAL {name} = '{value}'")

    def arrow(self, connection: Connection, sql: str, params: Mapping[str, object]) -> pa.Table:
        """The result of a query, with `:name` parameters; JSON as the text that was stored."""
        import pyarrow as pa
        from psycopg.types.string import TextLoader
        from sqlalchemy import text

        driver: Any = connection.connection.driver_connection
        driver.adapters.register_loader("json", TextLoader)
        found = connection.execute(text(sql), dict(params))
        names, rows = list(found.keys()), found.fetchall()
        return pa.table([pa.array([row[place] for row in rows]) for place in range(len(names))], names=names)

    def stream(self, connection: Connection, sql: str, params: Mapping[str, object], rows: int) -> QueryStream:
        """As the server sends it."""
        from xero_pipeline.warehouse.query_stream import postgresql_stream

        return postgresql_stream(connection, sql, params, rows)

    def refusal(self, error: Exception) -> str | None:
        """The server's words."""
        import psycopg

        return str(error) if isinstance(error, psycopg.Error) else None

    def _look(self, connection: Connection, schemas: Sequence[str]) -> None:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        connection.exec_driver_sql(f"SET LOCAL search_path = {', '.join([*schemas, 'public'])}")
        if connection.exec_driver_sql(_READS_FILES).scalar():
            connection.exec_driver_sql("SET LOCAL ROLE pg_read_all_data")

    def is_there(self) -> bool:
        """Whoever does not find the database is told so by the server."""
        return True

    def freeze(self, connection: Connection, tables: Sequence[str]) -> None:
        """Wait for those who write, and keep the next ones out."""
        from sqlalchemy.exc import OperationalError

        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_FREEZE_SECONDS}s'")
        try:
            connection.exec_driver_sql(f"LOCK TABLE {', '.join(tables)} IN SHARE MODE")
        except OperationalError as error:
            raise WarehouseBusy(
                f"Somebody has been writing to the warehouse for {_FREEZE_SECONDS} s: try again when its sync has ended"
            ) from error

    def batches(self, connection: Connection, sql: str, rows: int) -> Iterator[pa.Table]:
        """The result of a query, fetched from a cursor of the server."""
        import pyarrow as pa
        from psycopg.types.string import TextLoader

        driver: Any = connection.connection.driver_connection
        with driver.cursor(name="batches") as cursor:
            cursor.adapters.register_loader("json", TextLoader)
            cursor.execute(sql)
            names = [column.name for column in cursor.description]
            while found := cursor.fetchmany(rows):
                yield pa.table([pa.array(values) for values in zip(*found, strict=True)], names=names)

    def append(self, connection: Connection, name: str, rows: pa.Table) -> None:
        """Straight into the table."""
        _copy(connection, f"{name} ({', '.join(map(q, rows.column_names))})", rows)


def _copy(connection: Connection, into: str, rows: pa.Table) -> None:
    """Null is an empty field and text is always quoted, so that an empty text stays one."""
    from pyarrow import csv

    written = BytesIO()
    # In one piece: after an empty one Arrow writes what its buffer held (github.com/apache/arrow/issues/36889).
    csv.write_csv(rows.combine_chunks(), written, csv.WriteOptions(include_header=False, quoting_style="needed"))
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN (FORMAT csv)") as copy:
        copy.write(written.getbuffer())
