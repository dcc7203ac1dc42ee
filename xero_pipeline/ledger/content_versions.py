"""Whether the figures of the ledger changed: its tables are written anew each time, so what they say tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xero_pipeline.ledger.exact_sql import digest_sql
from xero_pipeline.ledger.tables import ledger_table, named
from xero_pipeline.warehouse.sql import literal, q

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import Connection

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


def table_contents(connection: Connection, tables: Sequence[str]) -> dict[str, TableContent]:
    """What tables of the ledger hold of all organisations, by their names.

    Args:
        connection: To the warehouse; reading is enough.
    """
    return {
        name: TableContent(count, f"{content or 0} {count}")
        for name, _, count, content in _contents(connection, tables, "", "")
    }


def organisation_contents(
    warehouse: Warehouse, tenants: Collection[str], tables: Sequence[str]
) -> dict[tuple[str, str], TableContent]:
    """What tables of the ledger hold of organisations, by organisation and table.

    Raises:
        WarehouseBusy: Another process held the file all the time.
    """
    which = f"where tenant_id in ({', '.join(map(literal, tenants))})"
    with warehouse.reading() as connection:
        found = {
            (tenant_id, name): TableContent(count, f"{content or 0} {count}")
            for name, tenant_id, count, content in _contents(connection, tables, which, "group by tenant_id")
        }
    nothing = TableContent(0, "0 0")
    return {(one, name): found.get((one, name), nothing) for one in tenants for name in tables}


def _contents(connection: Connection, tables: Sequence[str], where: str, group: str) -> list[tuple[Any, ...]]:
    whose, dialect = "tenant_id" if group else "null", connection.dialect.name
    union = " union all ".join(f"{_content_sql(name, whose, dialect)} {where} {group}" for name in tables)
    return [tuple(row) for row in connection.exec_driver_sql(union)]


def _content_sql(name: str, whose: str, dialect: str) -> str:
    columns = [q(column.name) for column in ledger_table(name).all_columns if column.name != _WRITTEN_AT]
    # A sum, for the order of rows says nothing; and no XOR, in which two rows alike would vanish.
    return (
        f"select '{name}' as name, {whose} as whose, count(*) as n, "
        f"cast(sum({digest_sql(dialect, columns)}) as varchar) as content from {named(name)}"
    )
