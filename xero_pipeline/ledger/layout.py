"""Schema `ledger` in the warehouse: what is missing is made; what was derived under other rules is derived anew.

Nothing in it comes from Xero directly: every row can be made again from schema `xero`. So an older layout needs no
revision: it gains tables and columns, and the ledger is posted anew when its rules have changed (`postings.RULES`).
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING

from xero_pipeline.ledger.tables import SCHEMA, ledger_tables
from xero_pipeline.warehouse.schema import changes

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from xero_pipeline.warehouse.dialect import Dialect

_COMMENT = {
    "duckdb": "SELECT comment FROM duckdb_views() WHERE schema_name = 'ledger' AND view_name = 'restatements'",
    "postgresql": "SELECT obj_description(to_regclass('ledger.restatements'), 'pg_class')",
}


def make_current(dialect: Dialect, connection: Connection) -> None:
    """Make the tables and columns that are missing; nothing when the layout there has the sign of ours.

    Args:
        dialect: The database's ways.
        connection: In a transaction.
    """
    dialect.lock(connection, f"layout of {SCHEMA}")
    if _told(connection) == _comment():
        return
    connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    existing = dialect.existing(connection, SCHEMA)
    for statement in changes(existing, connection.dialect, schema=SCHEMA, tables=ledger_tables()):
        connection.exec_driver_sql(statement)
    # What changed in closed months is noted when reports arrive; people look for it beside the ledger.
    connection.exec_driver_sql(f"CREATE OR REPLACE VIEW {SCHEMA}.restatements AS SELECT * FROM xero.restatements")
    connection.exec_driver_sql(f"COMMENT ON VIEW {SCHEMA}.restatements IS '{_comment()}'")


@cache
def _comment() -> str:
    sign = sha256(repr(ledger_tables()).encode()).hexdigest()[:12]
    return f"What changed in closed months, as xero.restatements has it (layout {sign})"


def _told(connection: Connection) -> str | None:
    return connection.exec_driver_sql(_COMMENT[connection.dialect.name]).scalar_one_or_none()


def is_there(connection: Connection) -> bool:
    """Whether a ledger was ever kept in this warehouse.

    Args:
        connection: To the warehouse.
    """
    sql = f"SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = '{SCHEMA}' AND table_name = 'kept'"
    return connection.exec_driver_sql(sql).scalar_one() > 0
