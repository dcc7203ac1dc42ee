"""The answer to a query that need not fit into memory: its columns at once, its rows some at a time."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa
    from psycopg import Column as PsycopgColumn
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class QueryStream:
    """An answer on its way.

    Args:
        names: The columns; two may have the same name.
        types: The Arrow type of each, None where the database does not say how many decimals there may be.
        tables: The rows, once; the connection must stay open until then. Where a type is None, each piece has its own.
        close: To be called in any case: what was not taken is thrown away, and the connection is free again.
    """

    names: tuple[str, ...]
    types: tuple[pa.DataType | None, ...]
    batches: Iterator[pa.Table]
    close: Callable[[], None]


def duckdb_stream(connection: Connection, sql: str, params: Mapping[str, object], rows: int) -> QueryStream:
    """The answer of DuckDB; it has one open answer a connection.

    Args:
        sql: As for SQLAlchemy's `text`.
        params: Values of its parameters.
        rows: At most so many at a time.
    """
    from sqlalchemy import text

    compiled: Any = text(sql).compile(dialect=connection.dialect)
    driver: Any = connection.connection.driver_connection
    asked = driver.sql(compiled.string, params=[params[name] for name in compiled.positiontup or ()])
    reader = asked.to_arrow_reader(rows)
    types = tuple(_of_duckdb(kind) for kind in reader.schema.types)
    return QueryStream(tuple(reader.schema.names), types, _typed(reader, types), reader.close)


def _typed(batches: Iterator[pa.RecordBatch], types: tuple[pa.DataType, ...]) -> Iterator[pa.Table]:
    import pyarrow as pa

    for batch in batches:
        wanted = pa.schema(list(zip(batch.schema.names, types, strict=True)))
        yield pa.Table.from_batches([batch]).cast(wanted)


def _of_duckdb(kind: pa.DataType) -> pa.DataType:
    """Instants in UTC, whatever the session's zone; sums of whole numbers stay whole."""
    import pyarrow as pa

    if pa.types.is_timestamp(kind) and kind.tz is not None:
        return pa.timestamp("us", tz="UTC")
    return kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind


def postgresql_stream(connection: Connection, sql: str, params: Mapping[str, object], rows: int) -> QueryStream:
    """The answer of PostgreSQL, as it sends it; only one statement gets through.

    Args:
        sql: As for SQLAlchemy's `text`.
        params: Values of its parameters.
        rows: So many at a time.
    """
    import psycopg
    from psycopg.types.string import TextLoader
    from sqlalchemy import text

    compiled: Any = text(sql).compile(dialect=connection.dialect)
    driver: Any = connection.connection.driver_connection
    cursor = driver.cursor()
    for name in ("json", "jsonb", "uuid"):
        cursor.adapters.register_loader(name, TextLoader)
    # libpq gives rows one by one before version 17.
    together = {"size": rows} if psycopg.pq.version() >= 170_000 else {}
    found: Generator[tuple[Any, ...], None, None] = cursor.stream(compiled.string, dict(params), **together)
    first = _some(found, rows)
    if cursor.description is None:
        # Without a row the driver forgets what the columns are: prepared, so that it is one statement here, too.
        cursor.execute(compiled.string, dict(params), prepare=True)
    columns = cursor.description or ()
    names = tuple(column.name for column in columns)
    types = tuple(_of_postgresql(column) for column in columns)
    return QueryStream(names, types, _tables(first, found, rows, names, types), found.close)


def _some(found: Iterator[tuple[Any, ...]], rows: int) -> list[tuple[Any, ...]]:
    return [row for _, row in zip(range(rows), found, strict=False)]


def _tables(
    piece: list[tuple[Any, ...]],
    found: Iterator[tuple[Any, ...]],
    rows: int,
    names: tuple[str, ...],
    types: tuple[pa.DataType | None, ...],
) -> Iterator[pa.Table]:
    import pyarrow as pa

    while piece:
        columns = [pa.array(values, type=kind) for values, kind in zip(zip(*piece, strict=True), types, strict=True)]
        yield pa.Table.from_arrays(columns, names=list(names))
        piece = _some(found, rows)


def _of_postgresql(column: PsycopgColumn) -> pa.DataType | None:
    """The type of a column; None lets the values say it."""
    import pyarrow as pa

    kinds = {
        "bool": pa.bool_(),
        "int2": pa.int16(),
        "int4": pa.int32(),
        "int8": pa.int64(),
        "float8": pa.float64(),
        "date": pa.date32(),
        "timestamp": pa.timestamp("us"),
        "timestamptz": pa.timestamp("us", tz="UTC"),
        **dict.fromkeys(("text", "varchar", "bpchar", "name", "json", "jsonb", "uuid"), pa.string()),
    }
    kind = column.type_display.partition("(")[0]
    if kind == "numeric":
        return pa.decimal128(column.precision, column.scale or 0) if column.precision else None
    return kinds.get(kind)
