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
from xero_pipeline.warehouse.schema.catalogue import all_tables

if TYPE_CHECKING:
    from xero_pipeline.warehouse.schema.model import Column, Table

_MENTION = re.compile(r"\b([a-z_]+)\.([a-z_]+)\b")


@dataclass(frozen=True, slots=True)
class Relation:
    """A column that holds the key of another table.

    Args:
        table: The table that refers.
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
    """What a table refers to, in the order of its columns."""
    found = [_to_parent(table)] if table.parent else []
    for column in table.columns:
        target = _mentioned(table, column) or _called_like(table, column)
        if target and target[0] != table.name:
            found.append(Relation(table.name, column.name, *target))
    return tuple(found)


def mentions(table: Table, column: Column) -> list[tuple[str, str]]:
    """Every `table.column` in a comment whose first word is a table of ours.

    Args:
        table: Whose column it is.
    """
    return [(name, key) for name, key in _MENTION.findall(column.comment) if name in _seen_from(table)]


def _to_parent(table: Table) -> Relation:
    assert table.parent is not None
    last = table.inherited[-1].name
    return Relation(table.name, last, table.parent, last, owned=True)


def _mentioned(table: Table, column: Column) -> tuple[str, str] | None:
    known = _seen_from(table)
    return next(((name, key) for name, key in mentions(table, column) if key in known[name].key), None)


def _called_like(table: Table, column: Column) -> tuple[str, str] | None:
    if column.kind != "id":
        return None
    owners = [one for one in _seen_from(table).values() if one.key == (column.name,) and _is_whole(one)]
    # The lines of derived journals belong to those, not to the journals whose key is called the same.
    owners.sort(key=lambda owner: not table.name.startswith(owner.name.removesuffix("s")))
    return next(((owner.name, column.name) for owner in owners), None)


def _is_whole(table: Table) -> bool:
    return table.role == "record" or table in ledger_tables()


def _seen_from(table: Table) -> dict[str, Table]:
    """Tables by name: those of its own schema before those of the other one, which may be called the same."""
    if table in ledger_tables():
        return {one.name: one for one in (*all_tables(), *ledger_tables())}
    return {one.name: one for one in all_tables()}
