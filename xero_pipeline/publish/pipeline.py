"""One schema of the warehouse on its way into one dataset, by dlt."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.publish.destinations import destination, dlt_destination
from xero_pipeline.publish.iceberg import iceberg_figures
from xero_pipeline.publish.slices import SHARED, among, by_slice, figures_sql, rows_of
from xero_pipeline.publish.tables import TENANT

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa
    from sqlalchemy import Connection

    from xero_pipeline.publish.slices import Figures
    from xero_pipeline.publish.tables import PublishedTable
    from xero_pipeline.warehouse.database.dialect import Dialect

PIPELINE = "xero_pipeline"
"""dlt's name for us: the destination keeps under it what was published."""

_SLICES = "slices"
_OURS = {
    "RUNTIME__DLTHUB_TELEMETRY": "false",  # nobody is told of somebody's books
    "EXTRACT__NEXT_ITEM_MODE": "fifo",  # a connection to DuckDB has one open answer
}

Changed: TypeAlias = "tuple[PublishedTable, Mapping[str, str], Collection[str]]"
"""A table, what its slices say, and whose are to be replaced."""


class SchemaPipeline:
    """Brings slices of one schema into its dataset, and knows what is there.

    The destination itself keeps what was published, in the same load: nothing on this machine has to survive.

    Args:
        schema: Of the warehouse.
        dataset: Of the destination.
        folder: Empty, and thrown away afterwards.
    """

    def __init__(self, word: str, schema: str, dataset: str, folder: Path) -> None:
        self._word, self._to = word, destination(word)
        for variable, value in _OURS.items():
            os.environ.setdefault(variable, value)
        dlt = _dlt()
        self._schema, self._whose = schema, SHARED
        self._pipeline: Any = dlt.pipeline(
            PIPELINE,
            pipelines_dir=str(folder),
            destination=dlt_destination(self._to, lambda: self._whose),
            dataset_name=dataset,
        )

    def before(self) -> Mapping[str, Mapping[str, str]]:
        """What the destination has: by table and organisation the fingerprint of what was sent last."""
        with self._explained():
            self._pipeline.sync_destination()
        return self._pipeline.state.get("sources", {}).get(self._schema, {}).get(_SLICES, {})

    def send(
        self,
        dialect: Dialect,
        connection: Connection,
        tables: Sequence[Changed],
        progress: Callable[[str, int], None],
    ) -> None:
        """Replace slices; nobody sees half of a load's rows, as far as the destination can do that.

        Args:
            connection: Of one moment of the warehouse.
            tables: Those that changed.
            progress: Told after each piece: the table, and how many rows of it are on their way.
        """
        for whose, chosen in self._loads(tables):
            self._whose = whose
            resources = [self._resource(dialect, connection, *one, progress) for one in chosen]
            with self._explained():
                self._pipeline.run(self._source(resources), loader_file_format=self._to.file_format)

    def figures(self, table: PublishedTable) -> Figures:
        """How many rows the destination has of each organisation, and the sums of their amounts."""
        from dlt.destinations.exceptions import DatabaseUndefinedRelation

        if self._schema not in self._pipeline.schemas:
            return {}
        if self._to.table_format == "iceberg":
            return by_slice(iceberg_figures(self._pipeline, self._schema, table))
        with self._pipeline.sql_client(self._schema) as client:
            sql = figures_sql(table, client.make_qualified_table_name(table.name), client.escape_column_name)
            try:
                return by_slice(client.execute_sql(sql))
            except DatabaseUndefinedRelation:
                return {}  # no file for want of rows

    @contextmanager
    def _explained(self) -> Generator[None]:
        """What dlt says of a missing variable, as a wrong setting; all other errors are dlt's."""
        from dlt.common.configuration.exceptions import ConfigFieldMissingException

        try:
            yield
        except Exception as error:
            missing = error.__cause__ or error
            if not isinstance(missing, ConfigFieldMissingException):
                raise
            tried = dict.fromkeys(re.findall(r"\bDESTINATION__[A-Z]+__[A-Z_]+", str(missing)))
            raise ConfigurationError(
                f"XERO_PUBLISH={self._word}: dlt does not know where, or as whom. "
                f"Set {', '.join(tried)} (docs/publish.md)."
            ) from error

    def _loads(self, tables: Sequence[Changed]) -> list[tuple[str, list[Changed]]]:
        """What is loaded together: everything, or of files those of one organisation."""
        if self._to.way != "files":
            return [(SHARED, list(tables))]
        everybody = sorted({one for _, _, whose in tables for one in whose})
        return [(one, [(table, now, [one]) for table, now, whose in tables if one in whose]) for one in everybody]

    def _source(self, resources: Sequence[Any]) -> Any:
        return _dlt().source(lambda: resources, name=self._schema, max_table_nesting=0)()

    def _resource(
        self,
        dialect: Dialect,
        connection: Connection,
        table: PublishedTable,
        now: Mapping[str, str],
        whose: Collection[str],
        progress: Callable[[str, int], None],
    ) -> Any:
        dlt = _dlt()
        wanted = now if self._to.way == "tables" else whose

        def rows() -> Iterator[pa.Table]:
            if self._to.way != "files":
                yield table.arrow.empty_table()  # or the rows of who has none any more would stay
            count = 0
            for piece in rows_of(dialect, connection, table, wanted):
                yield piece
                count += piece.num_rows
                progress(f"{table.schema}.{table.name}", count)
            kept: dict[str, str] = dlt.current.source_state().setdefault(_SLICES, {}).setdefault(table.name, {})
            for one in whose:
                kept.pop(one, None)
            kept.update({one: now[one] for one in whose if one in now})

        given: dict[str, Any] = {"table_format": self._to.table_format} if self._to.table_format else {}
        resource = dlt.resource(
            rows, name=table.name, columns=table.hints, write_disposition=self._disposition(table, whose), **given
        )
        hints = {"description": table.comment, "x-stage-data-deduplicated": True}
        return resource.apply_hints(additional_table_hints=hints)

    def _disposition(self, table: PublishedTable, whose: Collection[str]) -> Any:
        if self._to.way == "files":
            return "append"
        if self._to.way == "tables" or table.is_shared:
            return "replace"
        # The rows of these organisations go, also of those that have none any more, and what arrived takes their place.
        scope = among(sorted(whose), TENANT)
        return {"disposition": "merge", "strategy": "delete-insert", "destination_scope": scope}

    def tidy(self, now: Mapping[str, Mapping[str, str]]) -> None:
        """Of every slice in files only those of its newest load stay, of one without rows none.

        What a process that was killed left behind goes, too.

        Args:
            now: By table and organisation what there is.
        """
        if self._to.way != "files" or self._schema not in self._pipeline.schemas:
            return
        with self._pipeline.destination_client(self._schema) as client:
            found = [one for path in client.fs_client.find(client.dataset_path) if (one := _loaded_file(path))]
            newest: dict[tuple[str, str], float] = {}
            for _, table, whose, load in found:
                newest[table, whose] = max(newest.get((table, whose), load), load)
            for path, table, whose, load in found:
                if table in now and (whose not in now[table] or load < newest[table, whose]):
                    client.fs_client.rm(path)


def _dlt() -> Any:
    """What dlt's own types leave open is open here."""
    return import_module("dlt")


def _loaded_file(path: str) -> tuple[str, str, str, float] | None:
    """A file with its table, slice and load; None for those of dlt itself."""
    table, whose, name = path.replace("\\", "/").split("/")[-3:]
    load = re.match(r"[0-9]+\.[0-9]+", name)
    return (path, table, whose, float(load[0])) if load and not table.startswith("_dlt") else None
