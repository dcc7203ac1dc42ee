"""Every table of the warehouse, read from `columns/<collection>.toml`.

One file holds one collection: the table of its records first, then the tables of the lists inside a record.

```toml
[invoices]                        # a record: path "" is the record itself
comment = "One row per sales invoice or bill."
path = ""
key = ["invoice_id"]              # tenant_id comes first by itself
columns = [["invoice_id", "InvoiceID", "id", "Xero's id of the invoice"], …]   # name, path, kind, comment

[invoice_line_items]              # a child: one row per element of the list
path = "LineItems[]"
key = ["invoice_id", "line_item_id"]   # the parent's key, then the element's own id, or "position"

[invoice_line_item_tracking]      # a grandchild
path = "LineItems[].Tracking[]"
key = ["invoice_id", "line_item_id", "position"]
```

Not declared, because every table has them: `tenant_id`, the key columns of the parent, `position` (children),
`valid_from`, `synced_at`, `is_deleted`, and `raw` (records). An element's own id belongs in the key only if the
element is owned by its parent (a line, a payment); a mere reference that may occur twice (the credit note applied to
an invoice) is keyed by `position`. A field `IsDeleted` of Xero's is not declared: it goes into `is_deleted`, as does
`Status` DELETED. Use the kind json sparingly: it costs a second look at every record that has the field.

`accumulates = true` on a child: Xero sends a moving window of it, so what is not sent any more is not gone.

A table that we fill ourselves says so: `role = "report"` (adds `synced_at`), `role = "own"` (adds nothing), or
`role = "shared"` (of no organisation: without `tenant_id`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

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
        kind: What it holds.
        comment: One line for the person who reads the table.
    """

    name: str
    path: str
    kind: Kind
    comment: str


@dataclass(frozen=True, slots=True)
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

    @property
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

    @property
    def primary_key(self) -> tuple[str, ...]:
        """The names of the key columns, `tenant_id` first."""
        return self.key if self.role == "shared" else ("tenant_id", *self.key)

    @property
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
        for column in self.all_columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name}")

    def has(self, name: str) -> bool:
        """Whether there is a column of that name."""
        return any(column.name == name for column in self.all_columns)


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


@cache
def table_group(collection: str) -> tuple[Table, ...]:
    """The tables of one collection, the record's table first, parents before children.

    Args:
        collection: Name of the TOML file, which is the name of the record's table.

    Raises:
        KeyError: There is no such collection.
        TableMistake: The file contradicts itself.
    """
    source = _folder().joinpath(f"{collection}.toml")
    if not source.is_file():
        raise KeyError(f"no collection {collection}; there are: {', '.join(collections())}")
    # Here, for the reader of files makes the tables declared above.
    from xero_pipeline.warehouse.table_files import read_group

    return read_group(collection, source)


@cache
def collections() -> tuple[str, ...]:
    """The names of all collections and of the groups of tables we fill ourselves, sorted."""
    names = (entry.name for entry in _folder().iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


@cache
def all_tables() -> tuple[Table, ...]:
    """Every table of the warehouse.

    Raises:
        TableMistake: A file contradicts itself, or two files declare the same table.
    """
    tables = tuple(table for name in collections() for table in table_group(name))
    names = [table.name for table in tables]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise TableMistake(f"declared twice: {', '.join(sorted(twice))}")
    return tables


def table(name: str) -> Table:
    """The table of that name.

    Raises:
        KeyError: There is none.
    """
    for candidate in all_tables():
        if candidate.name == name:
            return candidate
    raise KeyError(f"no table {name}")


def _folder() -> Traversable:
    return files(__package__ or "xero_pipeline.warehouse").joinpath("columns")
