"""The ledger, copied along when the books move to another database, and the views that are made of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xero_pipeline.ledger.fivetran.views import make_views
from xero_pipeline.ledger.layout import is_there, make_current
from xero_pipeline.ledger.tables import SCHEMA, ledger_tables
from xero_pipeline.warehouse.copy import MovedTable, copy_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from xero_pipeline.warehouse.store import Warehouse


def carry(
    source: Warehouse, target: Warehouse, *, progress: Callable[[str, int], None] = lambda _table, _rows: None
) -> dict[str, int]:
    """Copy every table of schema `ledger` and make the views of schema `fivetran_xero`, where there is a ledger.

    Args:
        source: Where the books are.
        target: Where they have just been moved to.
        progress: Told after each table: its name and how many rows it has.

    Returns:
        The rows of every table that has any.

    Raises:
        MoveFailed: A copy does not say the same.
        WarehouseBusy: Another process held one of the files all the time.
    """
    carried: dict[str, int] = {}
    with source.writing() as mine:
        if not is_there(mine):
            return carried
        make_current(source.dialect, mine)
    with source.reading() as out, target.writing() as into:
        make_current(target.dialect, into)
        for table in ledger_tables():
            place = MovedTable(SCHEMA, table.name, table.all_columns)
            if count := copy_table(place, source, out, target, into):
                carried[place.name] = count
                progress(place.name, count)
        make_views(into, target.dialect)
    return carried
