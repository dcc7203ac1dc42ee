"""The state from one database into another: consents, organisations, budgets. Tokens stay encrypted on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.state.tables import state_metadata
from xero_pipeline.state.transaction import write_transaction

if TYPE_CHECKING:
    from collections.abc import Mapping

_OWN = frozenset({"layout", "machines", "carried_runs"})
"""What each state database notes for itself: its layout, and who works with it."""


def move_state(source: sa.Engine, target: sa.Engine) -> Mapping[str, int]:
    """Copy all rows into an empty state database: all of them, or on any error none.

    Whoever refreshes a token in the old one afterwards makes the copy's useless: Xero gives each refresh token once.

    Args:
        source: From `open_state`; nobody else writes there until this is done.
        target: From `open_state`, without rows.

    Returns:
        The rows of every table that has any.

    Raises:
        ConfigurationError: The target has rows already.
    """
    tables = [table for table in state_metadata().sorted_tables if table.name not in _OWN]
    moved: dict[str, int] = {}
    with write_transaction(target) as into:
        for table in tables:
            if into.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first():
                raise ConfigurationError(
                    f"The state database to move to is not empty: it has rows in {table.name}. Name an empty database."
                )
        with write_transaction(source) as out:
            for table in tables:
                # A number that the database counts by itself must go on from there, not from where it was elsewhere.
                columns = [column for column in table.columns if column is not table.autoincrement_column]
                rows = [dict(row) for row in out.execute(sa.select(*columns)).mappings()]
                if rows:
                    into.execute(sa.insert(table), rows)
                    moved[table.name] = len(rows)
    return moved
