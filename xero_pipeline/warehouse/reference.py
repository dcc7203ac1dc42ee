"""The reference of all tables as Markdown, written from the same declarations the warehouse is built from.

`python -m xero_pipeline.warehouse.reference > docs/tables.md` brings the page up to date; a test compares the two.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from xero_pipeline.warehouse.history import view_columns
from xero_pipeline.warehouse.tables import (
    IS_DELETED,
    POSITION,
    RAW,
    SYNCED_AT,
    TENANT_ID,
    VALID_FROM,
    collections,
    table,
    table_group,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from xero_pipeline.warehouse.tables import Column, Kind, Table

STANDARD = (TENANT_ID, POSITION, VALID_FROM, SYNCED_AT, IS_DELETED, RAW)

INTRODUCTION = """\
# The tables

All tables lie in the schema `xero`. Tables and columns carry Xero's own names in snake case: `Contact.ContactID` of an
invoice is `contact_id` of `invoices`, and each list inside a record is a table of its own, such as
`invoice_line_items`. Amounts keep the sign Xero gives them. A column without a value is null.

This page is made from the declarations: `python -m xero_pipeline.warehouse.reference > docs/tables.md`.
"""

HISTORY = """\
## What they said before

Beside every table of records, and of the lists inside them, is a view `<table>_history`, such as `invoices_history`:
all versions of every row, each with the time it stood. It has the columns of the table, in place of `synced_at` those
below, and [how to ask it](history.md) what the books said on a day. Nothing is written for a record that is read again
unchanged.
"""


def markdown() -> str:
    """The whole page: what is common to all tables, an overview, then every table with its columns."""
    groups = sorted((table_group(name) for name in collections()), key=lambda group: group[0].role != "record")
    parts = [INTRODUCTION, _kinds(), _standard(), _history(), _overview(groups)]
    parts += [_section(table) for group in groups for table in group]
    return "\n".join(parts)


def meaning(kind: Kind) -> str:
    """What a column of this kind holds, and how exactly.

    Args:
        kind: The kind as declared.
    """
    meanings: dict[Kind, str] = {
        "id": "an identifier, nearly always a GUID, as text",
        "text": "text",
        "day": "a calendar day, never shifted between time zones",
        "instant": "a moment, in UTC",
        "money": "an amount: exact, 19 digits, 4 of them decimals",
        "rate": "an exchange rate or a percentage: exact, 20 digits, 10 of them decimals; 15 is 15 %",
        "quantity": "a number of units: exact, 19 digits, 4 of them decimals",
        "integer": "a whole number",
        "boolean": "true or false",
        "json": "JSON",
    }
    return meanings[kind]


def _kinds() -> str:
    kinds: list[Kind] = ["id", "text", "day", "instant", "money", "rate", "quantity", "integer", "boolean", "json"]
    return "## What columns hold\n\n" + _grid(("Kind", "Holds"), ([kind, meaning(kind)] for kind in kinds))


def _standard() -> str:
    where = {
        TENANT_ID: "every table, always the first column of the key",
        POSITION: "lists inside a record",
        VALID_FROM: "records and the lists inside them",
        SYNCED_AT: "everything that comes from Xero",
        IS_DELETED: "records and the lists inside them; nothing is ever removed",
        RAW: "records",
    }
    rows = ([f"`{column.name}`", column.kind, column.comment, where[column]] for column in STANDARD)
    return "## Columns that are added\n\n" + _grid(("Column", "Kind", "Meaning", "In"), rows)


def _history() -> str:
    added = [column for column in view_columns(table("invoices")) if column not in table("invoices").all_columns]
    rows = ([f"`{column.name}`", column.kind, column.comment] for column in (VALID_FROM, *added))
    return f"{HISTORY}\n{_grid(('Column', 'Kind', 'Meaning'), rows)}"


def _overview(groups: Sequence[Sequence[Table]]) -> str:
    rows = ([f"[{table.name}](#{table.name})", table.comment] for group in groups for table in group)
    return "## All of them\n\n" + _grid(("Table", "One row"), rows)


def _section(table: Table) -> str:
    lines = [f"## {table.name}", "", table.comment, "", f"Key: {_names(table.primary_key)}.", ""]
    shown = [column for column in table.all_columns if column not in STANDARD]
    added = [column.name for column in table.all_columns if column in STANDARD]
    rows = ([f"`{column.name}`", column.kind, _source(table, column), column.comment] for column in shown)
    return (
        "\n".join(lines) + "\n" + _grid(("Column", "Kind", "In Xero", "Meaning"), rows) + f"\nAlso: {_names(added)}.\n"
    )


def _source(table: Table, column: Column) -> str:
    """Where Xero's JSON has it, from the record down; a parent's key is told by the parent's table."""
    if not column.path or column in table.inherited:
        return ""
    return f"`{table.path}.{column.path}`" if table.path else f"`{column.path}`"


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _grid(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    def lines() -> Iterator[str]:
        yield f"| {' | '.join(header)} |"
        yield f"|{'---|' * len(header)}"
        for row in rows:
            yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |"

    return "\n".join(lines()) + "\n"


if __name__ == "__main__":
    sys.stdout.write(markdown())
