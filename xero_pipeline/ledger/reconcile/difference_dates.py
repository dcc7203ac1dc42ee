"""Since when a figure differs from Xero's: the comparison is written anew each time, the instant is carried over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xero_pipeline.ledger.tables import ledger_table, named
from xero_pipeline.warehouse.sql import literal, make_temporary, q

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

_BEFORE = "tie_differs_since"


def remember_differences(connection: Connection, tenant_id: str) -> None:
    """Keep since when figures differ, before they are compared again.

    Args:
        connection: In the transaction in which they are.
    """
    key = ", ".join(map(q, ledger_table("tie_out").key))
    make_temporary(
        connection,
        _BEFORE,
        f"SELECT {key}, differs_since FROM {named('tie_out')} "
        f"WHERE tenant_id = {literal(tenant_id)} AND differs_since IS NOT NULL",
    )


def date_differences(connection: Connection, tenant_id: str, *, at: datetime) -> None:
    """Say of every figure that differs since when. Where the report is out of date, nothing new is concluded.

    Args:
        connection: In the transaction in which all was compared.
        at: Now, in UTC.
    """
    same = " AND ".join(f"b.{q(name)} = t.{q(name)}" for name in ledger_table("tie_out").key)
    first = f"(SELECT b.differs_since FROM {_BEFORE} AS b WHERE {same})"
    connection.exec_driver_sql(
        f"UPDATE {named('tie_out')} AS t SET differs_since = "
        f"COALESCE({first}, CASE WHEN t.is_stale THEN NULL ELSE CAST({literal(at)} AS TIMESTAMP WITH TIME ZONE) END) "
        f"WHERE t.tenant_id = {literal(tenant_id)} AND t.difference <> 0"
    )
