"""Everything into files: a Parquet or CSV file a table, all of one moment, each whole or not there at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.queries.execution import SCHEMAS, looking
from xero_pipeline.warehouse.sql import q

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlalchemy import Connection

    from xero_pipeline.warehouse.query_stream import QueryStream
    from xero_pipeline.warehouse.store import Warehouse

Form = Literal["parquet", "csv"]

ROWS_AT_ONCE = 20_000
"""Rows in memory at a time, and in a row group of Parquet."""

_FOUND = f"""
SELECT table_schema, table_name, table_type FROM information_schema.tables
WHERE table_schema IN {SCHEMAS} ORDER BY table_schema DESC, table_name
"""
_UNBOUNDED = (38, 10)
"""Digits and decimals of a column of which the database does not say how many it has; more is an error."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A table that was written.

    Args:
        size: Bytes of the file.
    """

    table: str
    path: Path
    rows: int
    size: int


def export(
    warehouse: Warehouse,
    folder: Path,
    *,
    form: Form = "parquet",
    tables: Sequence[str] = (),
    progress: Callable[[str, int], None] = lambda _table, _rows: None,
) -> Iterator[Exported]:
    """Write tables into files; a file that was there is replaced when the new one is whole.

    Args:
        warehouse: Where they are.
        folder: Where they go: `<folder>/<schema>/<table>.parquet`.
        tables: Which, with or without their schema, views such as `invoices_history` too; by default all but views.
        progress: Told after each piece: the table, and how many rows of it are written.

    Yields:
        Each table as soon as its file is there.

    Raises:
        ConfigurationError: There is no such table, the folder cannot be written, or there is no warehouse yet.
        WarehouseBusy: Another process held the file all the time.
    """
    with looking(warehouse) as connection:
        for schema, name in _chosen(connection, tables):
            into = _made(folder / schema) / f"{name}.{form}"
            sql = f"SELECT * FROM {schema}.{q(name)}"
            with closing(warehouse.dialect.stream(connection, sql, {}, ROWS_AT_ONCE)) as stream, _whole(into) as draft:
                rows = _write(stream, draft, form, lambda count, table=f"{schema}.{name}": progress(table, count))
            yield Exported(f"{schema}.{name}", into, rows, into.stat().st_size)


def _chosen(connection: Connection, wanted: Sequence[str]) -> list[tuple[str, str]]:
    found = [(schema, name, kind) for schema, name, kind in connection.exec_driver_sql(_FOUND)]
    if not wanted:
        return [(schema, name) for schema, name, kind in found if kind == "BASE TABLE"]
    known: dict[str, tuple[str, str]] = {}
    for schema, name, _ in found:
        # Of two tables with one name the first schema's is meant, as in a query.
        known.setdefault(name, (schema, name))
        known[f"{schema}.{name}"] = (schema, name)
    for given in wanted:
        if given not in known:
            near = get_close_matches(given, known, n=3)
            hint = f" Did you mean {' or '.join(near)}?" if near else ""
            raise ConfigurationError(f"--table {given}: the warehouse has no such table.{hint}")
    return list(dict.fromkeys(known[given] for given in wanted))


def _made(folder: Path) -> Path:
    """The folder, and those above it: only their owner may look into what we make. These are somebody's books."""
    try:
        for one in reversed([folder, *folder.parents]):
            if not one.exists():
                one.mkdir(exist_ok=True, mode=0o700)
    except OSError as error:
        raise ConfigurationError(f"Cannot write into the folder {folder}: {error.strerror}.") from error
    return folder


@contextmanager
def _whole(path: Path) -> Generator[Path]:
    """A name to write under; the file gets its own when it is whole, or is thrown away."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _write(stream: QueryStream, path: Path, form: Form, progress: Callable[[int], None]) -> int:
    import pyarrow as pa

    kinds = [pa.decimal128(*_UNBOUNDED) if kind is None else kind for kind in stream.types]
    schema = pa.schema(list(zip(stream.names, kinds, strict=True)))
    rows = 0
    with _writer(path, schema, form) as writer:
        for table in stream.batches:
            writer.write_table(table.cast(schema))
            rows += table.num_rows
            progress(rows)
    return rows


def _writer(path: Path, schema: pa.Schema, form: Form) -> Any:
    if form == "parquet":
        from pyarrow.parquet import ParquetWriter

        return ParquetWriter(path, schema, compression="zstd")
    from pyarrow.csv import CSVWriter, WriteOptions

    # Null is an empty field and text is always quoted, so that an empty text stays one.
    return CSVWriter(path, schema, write_options=WriteOptions(quoting_style="needed"))
