"""What a picture of tables shows: boxes with the columns that join them, and lines from column to key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reference.relations import Relation, relations
from xero_pipeline.warehouse.schema.catalogue import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reference.subjects import Subject
    from xero_pipeline.warehouse.schema.model import Table

TENANT = "tenant_id"
"""Every table has it and every join uses it: it is told once, not drawn a hundred times."""

MAIN = (
    "payments",
    "credit_notes",
    "invoices",
    "invoice_line_items",
    "bank_transactions",
    "bank_transaction_line_items",
    "contacts",
    "accounts",
    "items",
)
"""The tables that most questions are about."""


@dataclass(frozen=True, slots=True)
class Box:
    """A table in a picture.

    Args:
        keys: Columns of its key.
        references: Other columns that hold another table's key.
        more: How many further columns it has; None for a table of another picture, of which only the name is shown.
    """

    name: str
    keys: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    more: int | None = None

    @property
    def rows(self) -> tuple[str, ...]:
        """The columns that are shown."""
        return (*self.keys, *self.references)


@dataclass(frozen=True, slots=True)
class Diagram:
    """A picture of some tables.

    Args:
        boxes: The tables, and those of other pictures that they refer to.
        lines: What refers to what.
    """

    name: str
    title: str
    boxes: tuple[Box, ...]
    lines: tuple[Relation, ...]

    @property
    def described(self) -> str:
        """The same in words, for those who cannot see it; also what a test compares."""
        boxes = [f"{box.name} ({', '.join(box.rows)}; {box.more} more)" for box in self.boxes if box.more is not None]
        lines = [f"{line.table}.{line.column} refers to {line.to}.{line.to_column}" for line in self.lines]
        return f"Tables: {'; '.join(boxes)}. {'. '.join(lines)}."


def diagram_of(name: str, title: str, tables: Sequence[Table]) -> Diagram | None:
    """The picture of some tables.

    Returns:
        None where nothing joins them to anything.
    """
    lines = tuple(relation for one in tables for relation in relations(one))
    shown = {one.name for one in tables}
    others = dict.fromkeys(line.to for line in lines if line.to not in shown)
    if not lines:
        return None
    boxes = (_box(one, [line.column for line in relations(one)]) for one in tables)
    return Diagram(name, title, (*boxes, *(Box(other) for other in others)), lines)


def overview() -> Diagram:
    """The picture of the tables that most questions are about, and of what joins them."""
    tables = [table(name) for name in MAIN]
    lines = tuple(line for one in tables for line in relations(one) if line.to in MAIN)
    boxes = tuple(_box(one, [line.column for line in lines if line.table == one.name]) for one in tables)
    return Diagram("overview", "The tables that most questions are about, and what joins them", boxes, lines)


def diagrams(subject: Subject) -> dict[str, Diagram]:
    """The pictures of a page: one for each record with its lists, and one of all that have no lists.

    Returns:
        By the name of the table the picture stands before; under "" the one that stands before all of them.
    """
    alone = [group[0] for group in subject.groups if len(group) == 1]
    referred_to = {line.to for one in alone for line in relations(one)}
    together = [one for one in alone if relations(one) or one.name in referred_to]
    found = {group[0].name: diagram_of(_file(group), _title(group), group) for group in subject.groups if group[1:]}
    if len(together) == 1:
        name = together[0].name
        found[name] = diagram_of(name, f"{name}, and what it refers to", together)
    elif together:
        title = f"The tables of “{subject.title}” that have no lists of their own, and what they refer to"
        found[""] = diagram_of(f"{subject.name}-page", title, together)
    return {name: picture for name, picture in found.items() if picture is not None}


def _file(group: Sequence[Table]) -> str:
    return group[0].name if group[0].role == "record" else f"ledger-{group[0].collection}"


def _title(group: Sequence[Table]) -> str:
    if group[0].role != "record":
        return f"{', '.join(table.name for table in group)}, and what they refer to"
    return f"{group[0].name}, the tables of the lists inside it, and what they refer to"


def _box(one: Table, joining: Sequence[str]) -> Box:
    keys = tuple(key for key in one.primary_key if key != TENANT)
    references = tuple(dict.fromkeys(column for column in joining if column not in keys))
    return Box(one.name, keys, references, len(one.all_columns) - len(keys) - len(references))
