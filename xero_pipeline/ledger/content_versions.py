"""Whether the figures of the ledger changed: its tables are written anew each time, so what they say tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

from xero_pipeline.ledger.exact_sql import digest_sql
from xero_pipeline.ledger.tables import ledger_table, named
from xero_pipeline.warehouse.sql import q

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xero_pipeline.warehouse.store import Warehouse

_WRITTEN_AT = "posted_at"
"""When a row was written is not what it says: lines of UNEXPLAINED are written anew each time."""


@dataclass(frozen=True, slots=True)
class TableContent:
    """What a table of the ledger holds.

    Args:
        version: The same for the same rows, another one after any change.
    """

    rows: int
    version: str


def table_contents(
    warehouse: Warehouse, tables: Sequence[str], tenant_id: str | None = None
) -> dict[str, TableContent]:
    """What tables of the ledger hold, by their names.

    Args:
        tenant_id: Whose rows; None for all.

    Raises:
        WarehouseBusy: Another process held the file all the time.
    """
    with warehouse.reading() as connection:
        dialect, one = connection.dialect.name, tenant_id is not None
        union = " union all ".join(_content_sql(name, dialect, one=one) for name in tables)
        rows = connection.execute(text(union), {"tenant_id": tenant_id} if one else {}).all()
    found = {name: TableContent(count, f"{content or 0} {count}") for name, count, content in rows}
    return {name: found[name] for name in tables}


def _content_sql(name: str, dialect: str, *, one: bool) -> str:
    columns = [q(column.name) for column in ledger_table(name).all_columns if column.name != _WRITTEN_AT]
    # A sum, for the order of rows says nothing; and no XOR, in which two rows alike would vanish.
    sql = (
        f"select '{name}' as name, count(*) as n, cast(sum({digest_sql(dialect, columns)}) as varchar) as content "
        f"from {named(name)}"
    )
    return f"{sql} where tenant_id = :tenant_id" if one else sql
