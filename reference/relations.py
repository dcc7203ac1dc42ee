"""What refers to what: read from the declarations, so that no picture can say what the tables do not.

A table refers to another one in three ways: a list inside a record by the keys of its parent; a column whose comment
names `table.column`; a column that is called like the only key of a record's table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from xero_pipeline.ledger.tables import ledger_tables
from xero_pipeline.warehouse.tables import all_tables

if TYPE_CHECKING:
    from xero_pipeline.warehouse.tables import Column, Table

_MENTION = re.compile(r"\b([a-z_]+)\.([a-z_]+)\b")


@dataclass(frozen=True, slots=True)
class Relation:
    """A column that holds the key of another table.

    Args:
        table: The table that refers.
        column: Its column.
        to: The table that is referred to.
        to_column: The column of its key.
        owned: The row is a part of that table's row.
    """

    table: str
    column: str
    to: str
    to_column: str
    owned: bool = False


@cache
def relations(table: Table) -> tuple[Relation, ...]:
    """What a table refers to, in the order of its columns.

    Args:
        table: Of either schema.
    """
    found = [_to_parent(table)] if table.parent else []
    for column in table.columns:
        target = _mentioned(column) or _called_like(column)
        if target and target[0] != table.name:
            found.append(Relation(table.name, column.name, *target))
    return tuple(found)


def mentions(column: Column) -> list[tuple[str, str]]:
    """Every `table.column` in a comment whose first word is a table of ours.

    Args:
        column: Any.
    """
    return [(table, name) for table, name in _MENTION.findall(column.comment) if table in _by_name()]


def _to_parent(table: Table) -> Relation:
    assert table.parent is not None
    last = table.inherited[-1].name
    return Relation(table.name, last, table.parent, last, owned=True)


def _mentioned(column: Column) -> tuple[str, str] | None:
    return next(((table, name) for table, name in mentions(column) if name in _by_name()[table].key), None)


def _called_like(column: Column) -> tuple[str, str] | None:
    if column.kind != "id":
        return None
    return next(((owner, key) for owner, key in _sole_keys() if key == column.name), None)


@cache
def _by_name() -> dict[str, Table]:
    return {table.name: table for table in (*all_tables(), *ledger_tables())}


@cache
def _sole_keys() -> tuple[tuple[str, str], ...]:
    records = [table for table in all_tables() if table.role == "record"]
    return tuple((table.name, table.key[0]) for table in (*records, *ledger_tables()) if len(table.key) == 1)
