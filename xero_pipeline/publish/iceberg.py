"""What an Iceberg table has, read by the library that wrote it: DuckDB would fetch an extension from its own host."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import duckdb

from xero_pipeline.publish.slices import figures_sql
from xero_pipeline.publish.tables import TENANT
from xero_pipeline.warehouse.sql import q

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xero_pipeline.publish.tables import PublishedTable


def iceberg_figures(pipeline: Any, schema: str, table: PublishedTable) -> Sequence[tuple[Any, ...]]:
    """The rows that `figures_sql` brings.

    Args:
        pipeline: Of dlt.
        schema: The name of dlt's schema.
    """
    reading: Any = import_module("dlt.common.libs.pyiceberg")
    there = reading.get_iceberg_tables(pipeline, table.name, schema_name=schema)[table.name]
    asked = [table.columns[0].name if table.is_shared else TENANT, *table.sums]
    with duckdb.connect() as memory:
        memory.register("there", there.scan(selected_fields=tuple(asked)).to_arrow_batch_reader())
        return memory.execute(figures_sql(table, "there", q)).fetchall()
