"""What of the ledger cannot be made again from the books, taken along when they move to another database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xero_pipeline.ledger.layout import is_there, make_current
from xero_pipeline.ledger.tables import SCHEMA, ledger_table, named
from xero_pipeline.warehouse.sql import q

if TYPE_CHECKING:
    from xero_pipeline.warehouse.store import Warehouse

CARRIED = ("exchange_rates", "journal_numbers")
"""Rates that people gave, and numbers that were given once. Everything else is made with the next ledger."""


def carry(source: Warehouse, target: Warehouse) -> dict[str, int]:
    """Copy it, where there is a ledger.

    Args:
        source: Where the books are.
        target: Where they have just been moved to.

    Returns:
        The rows of every table that has any.

    Raises:
        WarehouseBusy: Another process held one of the files all the time.
    """
    import pyarrow as pa

    from xero_pipeline.warehouse.wire import column_type

    carried: dict[str, int] = {}
    with source.reading() as out, target.writing() as into:
        if not is_there(out):
            return carried
        make_current(target.dialect, into)
        for name in CARRIED:
            columns = ledger_table(name).all_columns
            listed = ", ".join(q(column.name) for column in columns)
            rows = source.dialect.arrow(out, f"SELECT {listed} FROM {named(name)}", {})
            if rows.num_rows:
                shape = pa.schema([pa.field(column.name, column_type(column.kind)) for column in columns])
                target.dialect.append(into, named(name), rows.cast(shape))
                carried[f"{SCHEMA}.{name}"] = rows.num_rows
    return carried
