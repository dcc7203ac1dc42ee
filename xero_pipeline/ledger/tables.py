"""The tables of schema `ledger`, read from `columns/*.toml` like those of schema `xero`."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from xero_pipeline.ledger.cash_basis.reports import ON_CASH_BASIS
from xero_pipeline.warehouse.schema.model import Table
from xero_pipeline.warehouse.schema.toml_reader import read_group
from xero_pipeline.warehouse.sql import target

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

SCHEMA = "ledger"


@cache
def ledger_tables() -> tuple[Table, ...]:
    """Every table of the ledger, in the order of their files.

    Raises:
        TableMistake: A file contradicts itself.
    """
    folder = files(__package__ or "xero_pipeline.ledger").joinpath("columns")
    sources = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".toml")), key=lambda e: e.name)
    declared = [table for source in sources for table in read_group(source.name.removesuffix(".toml"), source)]
    beside = [_derived(table) for table in declared if table.name in ("journals", "journal_lines")]
    on_cash_basis = [_on_cash_basis(table) for table in declared if table.name in ON_CASH_BASIS.values()]
    return (*declared, *on_cash_basis, *beside)


def _on_cash_basis(table: Table) -> Table:
    """The same where Xero's reports on cash basis are pulled."""
    comment = f"Only where that report is pulled on cash basis: as {table.name}, on cash basis. {table.comment}"
    return replace(table, name=f"{table.name}_cash", comment=comment)


def _derived(table: Table) -> Table:
    """The same for what the documents post beside Xero's own journals, where those are read."""
    comment = f"Only where Xero's own journals are read: what the documents post beside them. {table.comment}"
    return replace(table, name=f"derived_{table.name}", comment=comment)


def ledger_table(name: str) -> Table:
    """The table of that name.

    Raises:
        KeyError: There is none.
    """
    for table in ledger_tables():
        if table.name == name:
            return table
    raise KeyError(f"no table {name} in schema {SCHEMA}")


def arrow_rows(name: str, rows: Sequence[Mapping[str, object]]) -> pa.Table:
    """Rows of a table of the ledger as Arrow; what a row does not name is empty.

    Raises:
        KeyError: There is no such table.
    """
    import pyarrow as pa

    from xero_pipeline.warehouse.schema.arrow_types import column_type

    columns = ledger_table(name).all_columns
    return pa.table({one.name: pa.array([row.get(one.name) for row in rows], column_type(one.kind)) for one in columns})


def named(name: str) -> str:
    """The full name of a table of the ledger in SQL.

    Raises:
        KeyError: There is none.
    """
    return target(ledger_table(name), SCHEMA)
