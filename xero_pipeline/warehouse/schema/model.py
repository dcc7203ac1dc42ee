"""What a table and a column of the warehouse are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Kind = Literal["id", "text", "day", "instant", "money", "rate", "quantity", "integer", "boolean", "json"]
"""What a column holds. money and quantity keep 4 decimals, rate keeps 10, a day never shifts between zones."""

Role = Literal["record", "child", "report", "own", "shared"]
"""record: as Xero lists it; child: an element of a list inside a record; the others are filled by us."""

KEY_KINDS = ("id", "text", "day", "instant", "integer")


class TableMistake(ValueError):
    """A TOML file of ours contradicts itself: a bug, found when the table is first asked for."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Args:
        name: snake_case of Xero's own name.
        path: Dotted JSON path inside the table's element; empty for what does not come from Xero's JSON.
        comment: One line for the person who reads the table.
    """

    name: str
    path: str
    kind: Kind
    comment: str


@dataclass(frozen=True)
class Table:
    """One table.

    Args:
        name: Plural snake_case of Xero's name.
        collection: The TOML file it is declared in.
        role: Where its rows come from.
        path: List path from the record to the table's element, empty for the record itself.
        key: Primary key besides `tenant_id`.
        comment: What one row is.
        columns: The declared columns only; `all_columns` has the rest.
        parent: Name of the table one level up, None for a record.
        inherited: The parent's key columns, as they are called here too.
        accumulates: Whether rows that Xero does not send any more stay as they are.
    """

    name: str
    collection: str
    role: Role
    path: str
    key: tuple[str, ...]
    comment: str
    columns: tuple[Column, ...]
    parent: str | None
    inherited: tuple[Column, ...]
    accumulates: bool = False

    def __hash__(self) -> int:
        """No two tables have one name."""
        return hash(self.name)

    @cached_property
    def all_columns(self) -> tuple[Column, ...]:
        """Every column in the order of the table, the standard ones included."""
        tail: dict[Role, tuple[Column, ...]] = {
            "record": (VALID_FROM, SYNCED_AT, IS_DELETED, RAW),
            "child": (VALID_FROM, SYNCED_AT, IS_DELETED),
            "report": (SYNCED_AT,),
            "own": (),
            "shared": (),
        }
        position = (POSITION,) if self.role == "child" else ()
        tenant = () if self.role == "shared" else (TENANT_ID,)
        return (*tenant, *self.inherited, *position, *self.columns, *tail[self.role])

    @cached_property
    def primary_key(self) -> tuple[str, ...]:
        """The names of the key columns, `tenant_id` first."""
        return self.key if self.role == "shared" else ("tenant_id", *self.key)

    @cached_property
    def own_id(self) -> Column | None:
        """The element's own id in a child's key, None where the child is keyed by `position`."""
        names = {column.name for column in self.inherited}
        own = [name for name in self.key if name not in names and name != POSITION.name]
        return self.column(own[0]) if self.role == "child" and own else None

    def column(self, name: str) -> Column:
        """The column of that name.

        Raises:
            KeyError: There is none.
        """
        if name not in self._by_name:
            raise KeyError(f"{self.name} has no column {name}")
        return self._by_name[name]

    def has(self, name: str) -> bool:
        """Whether there is a column of that name."""
        return name in self._by_name

    @cached_property
    def _by_name(self) -> Mapping[str, Column]:
        return {column.name: column for column in self.all_columns}


TENANT_ID = Column("tenant_id", "", "id", "Xero's tenant id of the organisation")
POSITION = Column("position", "", "integer", "Place in the list Xero sent, counted from 1")
VALID_FROM = Column(
    "valid_from",
    "",
    "instant",
    "Since when this row says so: when Xero changed it, or, where Xero tells no time, when we saw it",
)
SYNCED_AT = Column("synced_at", "", "instant", "When we last wrote a change to this row")
IS_DELETED = Column(
    "is_deleted", "", "boolean", "True when Xero deleted it: its status says so, or it is gone from its list"
)
RAW = Column("raw", "", "json", "The record exactly as Xero sent it")
