"""Schema `ledger` in the warehouse: what is missing is made; what was derived under other rules is derived anew.

Nothing in it comes from Xero directly: every row can be made again from schema `xero`. So an older layout needs no
revision: it gains tables and columns, and the ledger is posted anew when its rules have changed (`RULES_VERSION`).
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING

from xero_pipeline.ledger.cash_basis.lines import CASH_LINES, cash_lines_sql
from xero_pipeline.ledger.tables import SCHEMA, ledger_tables
from xero_pipeline.ledger.views import Views
from xero_pipeline.warehouse.schema.catalogue import table
from xero_pipeline.warehouse.schema.ddl import changes
from xero_pipeline.warehouse.sql import q

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from xero_pipeline.warehouse.database.dialect import Dialect


def upgrade_schema(dialect: Dialect, connection: Connection) -> None:
    """Make the tables and columns that are missing; nothing when the layout there has the sign of ours.

    Args:
        connection: In a transaction.

    Raises:
        ConfigurationError: A view that somebody made of ours stands in the way of a new declaration.
    """
    if _has_views(connection):
        return  # without the lock, which every other ledger would wait for until this one is whole
    dialect.lock(connection, f"layout of {SCHEMA}")
    if _has_views(connection):
        return
    there = Views(connection, [SCHEMA])
    there.put(SCHEMA, "restatements", *_restatements())
    existing = dialect.existing(connection, SCHEMA)
    for statement in changes(existing, connection.dialect, schema=SCHEMA, tables=ledger_tables()):
        connection.exec_driver_sql(statement)
    there.put(SCHEMA, CASH_LINES, *_cash_journal_lines())


class LedgerLayout:
    """What a warehouse completes when it is opened: the ledger an older version kept can be read at once."""

    def is_current(self, connection: Connection) -> bool:
        """Whether there is no ledger, or its layout has the sign of ours."""
        return _has_views(connection) or not has_ledger(connection)

    def make_current(self, dialect: Dialect, connection: Connection) -> None:
        """Make the tables and columns that are missing, where a ledger was ever kept."""
        if has_ledger(connection):
            upgrade_schema(dialect, connection)


def _has_views(connection: Connection) -> bool:
    there = Views(connection, [SCHEMA])
    return there.has(SCHEMA, "restatements", *_restatements()) and there.has(SCHEMA, CASH_LINES, *_cash_journal_lines())


@cache
def _restatements() -> tuple[str, str]:
    """The view and its comment, which is the sign of the layout: views are looked at once for all of it."""
    # Changes to closed periods are noted when reports arrive; people look for them beside the ledger.
    columns = ", ".join(q(column.name) for column in table("restatements").all_columns)
    layout = sha256(repr(ledger_tables()).encode()).hexdigest()[:12]
    told = f"What changed in closed months, beside a ledger of layout {layout}"
    return f"SELECT {columns} FROM xero.restatements", told


@cache
def _cash_journal_lines() -> tuple[str, str]:
    told = "One row per journal line on cash basis, as in journal_lines, and the document that is settled by it"
    return cash_lines_sql(), told


def has_ledger(connection: Connection) -> bool:
    """Whether a ledger was ever kept in this warehouse."""
    sql = f"SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = '{SCHEMA}' AND table_name = 'kept'"
    return connection.exec_driver_sql(sql).scalar_one() > 0
