"""The reference of all tables as Markdown: an overview, and a page for each subject.

It is written from the same declarations the warehouse is built from. `make docs` brings it up to date; a test compares.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference.diagram import diagrams, overview
from reference.relations import mentions
from reference.subjects import NOTES, subject_of, subjects
from xero_pipeline.ledger.tables import SCHEMA as LEDGER
from xero_pipeline.warehouse.load.history import has_history, view_columns
from xero_pipeline.warehouse.schema.catalogue import table
from xero_pipeline.warehouse.schema.model import IS_DELETED, POSITION, RAW, SYNCED_AT, TENANT_ID, VALID_FROM

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from reference.diagram import Diagram
    from reference.subjects import Subject
    from xero_pipeline.warehouse.schema.model import Column, Kind, Table

STANDARD = (TENANT_ID, POSITION, VALID_FROM, SYNCED_AT, IS_DELETED, RAW)

MADE = "<!-- Made from the declarations of the tables: `make docs` writes it again. -->\n"

INTRODUCTION = """\
# The tables

What comes from Xero lies in the schema `xero`. Tables and columns carry Xero's own names in snake case:
`Contact.ContactID` of an invoice is `contact_id` of `invoices`, and each list inside a record is a table of its own,
such as `invoice_line_items`. Amounts keep the sign Xero gives them. A column without a value is null.

**Join by `tenant_id` as well**: the key of every table begins with it, and two organisations may share an id.
"""

LEGEND = """\
In the pictures a box is a table. Columns of its key are bold, `tenant_id` is left out, and the fork is at the side of
which there may be many rows. Grey boxes are tables of other pictures. A click shows a picture in full size.
"""

HISTORY = """\
## What they said before

Beside every table of records, and of the lists inside them, is a view `<table>_history`, such as `invoices_history`:
all versions of every row, each with the time it stood. It has the columns of the table, in place of `synced_at` those
below, and [how to ask it](history.md) what the books said on a day. Nothing is written for a record that is read again
unchanged.
"""


def pages() -> dict[str, str]:
    """Every page, by its path below `docs`."""
    return {"tables.md": _index(), **{_file(subject): _page(subject) for subject in subjects()}}


def pictures() -> dict[str, Diagram]:
    """Every picture, by its path below `docs`."""
    shown = [overview(), *(picture for subject in subjects() for picture in diagrams(subject).values())]
    return {f"images/tables/{picture.name}.svg": picture for picture in shown}


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


def _file(subject: Subject) -> str:
    return f"tables/{subject.name.replace('_', '-')}.md"


def _index() -> str:
    parts = [MADE, INTRODUCTION, _picture(overview(), ""), LEGEND, _overview(), _kinds(), _standard(), _history()]
    return "\n".join(parts)


def _overview() -> str:
    parts = ["## All of them\n"]
    for subject in subjects():
        rows = [[f"[{one.name}]({_file(subject)}#{one.name})", one.comment] for one in subject.tables]
        parts += [f"**[{subject.title}]({_file(subject)})**\n", _grid(("Table", "One row"), rows)]
    return "\n".join(parts)


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


def _page(subject: Subject) -> str:
    found = diagrams(subject)
    parts = [MADE, f"# {subject.title}\n", _words(subject)]
    parts += [_picture(found[""], "../")] if "" in found else []
    for group in subject.groups:
        for one in group:
            drawn = _picture(found[one.name], "../") if one is group[0] and one.name in found else ""
            parts.append(_section(one, subject, "###" if one.parent else "##", drawn))
    return "\n".join(parts)


def _words(subject: Subject) -> str:
    told = {
        NOTES: "What the pipeline notes for itself and for you, in schema `xero`: how far it has read, what was odd, "
        "what changed in closed months, every call.",
        LEDGER: "What is derived from the documents, in schema `ledger`.",
    }
    usual = f"Tables of schema `{subject.schema}`."
    return f"{told.get(subject.name, usual)} [All tables](../tables.md), and what their columns hold.\n"


def _picture(picture: Diagram, up: str) -> str:
    file = f"{up}images/tables/{picture.name}.svg"
    return f"[![{picture.title}]({file})]({file})\n"


def _section(one: Table, subject: Subject, level: str, drawn: str) -> str:
    shown = [column for column in one.all_columns if column not in STANDARD]
    added = [column.name for column in one.all_columns if column in STANDARD]
    rows = [[f"`{column.name}`", column.kind, _source(one, column), _linked(one, column)] for column in shown]
    name = f"{subject.schema}.{one.name}"
    view = f" All versions: `{name}_history`." if has_history(one) else ""
    lines = [f"{level} {one.name}\n", f"{one.comment}\n", f"`{name}`, key {_names(one.primary_key)}.{view}\n"]
    lines += [drawn] if drawn else []
    return "\n".join([*lines, _table(rows), f"Also: {_names(added)}.\n"])


def _table(rows: Sequence[Sequence[str]]) -> str:
    """Tables that we fill ourselves have nothing to say about where Xero keeps it."""
    if any(row[2] for row in rows):
        return _grid(("Column", "Kind", "In Xero", "Meaning"), rows)
    return _grid(("Column", "Kind", "Meaning"), ([row[0], row[1], row[3]] for row in rows))


def _source(one: Table, column: Column) -> str:
    """Where Xero's JSON has it, from the record down; a parent's key is told by the parent's table."""
    if not column.path or column in one.inherited:
        return ""
    return f"`{one.path}.{column.path}`" if one.path else f"`{column.path}`"


def _linked(one: Table, column: Column) -> str:
    """The comment; where it names a table's column, with a link to that table."""
    text = column.comment
    for name, key in dict.fromkeys(mentions(one, column)):
        page = _file(subject_of(name)).removeprefix("tables/")
        text = text.replace(f"{name}.{key}", f"[{name}.{key}]({page}#{name})")
    return text


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _grid(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    def lines() -> Iterator[str]:
        yield f"| {' | '.join(header)} |"
        yield f"|{'---|' * len(header)}"
        for row in rows:
            yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |"

    return "\n".join(lines()) + "\n"
