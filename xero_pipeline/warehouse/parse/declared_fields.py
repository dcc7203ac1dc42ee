"""What is known of Xero's JSON beside the columns: where a field may be, what it may say, what is never missing.

It is data, in `columns/<collection>.toml`:

```toml
[invoices]
always = ["status", "total"]                     # columns that every record fills which is not deleted
raw_only = ["LineItems[].Item.Code"]             # documented fields that are no columns: they stay in `raw`
like = { Contact = "contacts" }                  # what may be inside is what that collection's records have
…
[invoices.values]
status = ["DRAFT", "SUBMITTED", "AUTHORISED", …]  # all that Xero documents, by column
timezone = { NEWZEALANDSTANDARDTIME = "Pacific/Auckland", … }  # or with what each stands for

[trial_balance]
sections = ["revenue", "expenses", …]            # titles of a report's sections, without "less" and "plus"
```

Known everywhere: what Xero says about writes, and the `…String` doubles of times.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, cast

from xero_pipeline.warehouse.schema.catalogue import collections, table, table_group
from xero_pipeline.warehouse.schema.model import TableMistake

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_EVERYWHERE = (
    "ID", "IsDeleted", "HasErrors", "HasValidationErrors", "StatusAttributeString", "UpdatedDateUTCString",
    "ValidationErrors[].Message", "Warnings[].Message", "Attachments[].AttachmentID", "Attachments[].ContentLength",
    "Attachments[].FileName", "Attachments[].IncludeOnline", "Attachments[].MimeType", "Attachments[].Url",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DeclaredFields:
    """A place in Xero's JSON, and what may be inside it.

    Args:
        fields: What is known inside, by name.
        like: Collections whose records have what may be inside too.
    """

    fields: dict[str, DeclaredFields] = field(default_factory=dict)
    like: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class EnumColumn:
    """A column that may only say certain things.

    Args:
        path: Where it is in the record.
        known: What it may say.
    """

    table: str
    column: str
    path: str
    known: frozenset[str]


def children_of(places: tuple[DeclaredFields, ...], name: str) -> tuple[DeclaredFields, ...]:
    """What is known of a field; empty where nothing is.

    Args:
        places: What is known of the object it is in.
    """
    found = list(_inside(places, name))
    if not found and name.endswith("String"):
        found = list(_inside(places, name.removesuffix("String")))
    return tuple(found)


@cache
def declared_record(collection: str) -> DeclaredFields:
    """A whole record of a collection.

    Raises:
        TableMistake: Its file points at what is not there.
    """
    root = DeclaredFields()
    for member in table_group(collection):
        for column in member.columns:
            _put(root, ".".join(filter(None, (member.path, column.path))))
    entry = _entry(collection)
    for path in entry.get("raw_only", ()):
        _put(root, path)
    for path, other in entry.get("like", {}).items():
        if other not in collections():
            raise TableMistake(f"{collection}.toml: {path} is like {other}, which is no collection")
        _put(root, path).like.append(other)
    return root


@cache
def enum_columns(collection: str) -> tuple[EnumColumn, ...]:
    """The columns of a collection's tables that may only say certain things.

    Raises:
        KeyError: Its file names a column that is not there.
    """
    return tuple(
        EnumColumn(name, column, path_of(name, column), frozenset(known))
        for name, entry in _file(collection).items()
        for column, known in entry.get("values", {}).items()
    )


def time_zones() -> Mapping[str, str]:
    """The zones of the IANA database by Xero's names of them."""
    return _entry("organisations")["values"]["timezone"]


@cache
def required_columns(collection: str) -> tuple[tuple[str, str], ...]:
    """The columns that every record fills which is not deleted, each with its path.

    Raises:
        KeyError: Its file names a column that is not there.
    """
    return tuple((column, path_of(collection, column)) for column in _entry(collection).get("always", ()))


@cache
def sections(name: str) -> frozenset[str]:
    """The titles that the sections of a report may have, in lower case; none where anything may be a title.

    Raises:
        KeyError: There is no such table.
    """
    return frozenset(_file(table(name).collection)[name].get("sections", ()))


def path_of(name: str, column: str) -> str:
    """Where a column's value is in the record.

    Raises:
        KeyError: There is no such column.
    """
    owner = table(name)
    return ".".join(filter(None, (owner.path, owner.column(column).path)))


@cache
def _everywhere() -> DeclaredFields:
    place = DeclaredFields()
    for path in _EVERYWHERE:
        _put(place, path)
    return place


def _inside(places: tuple[DeclaredFields, ...], name: str) -> Iterator[DeclaredFields]:
    for place in places:
        if name in place.fields:
            yield place.fields[name]
        for other in place.like:
            yield from _inside((declared_record(other),), name)
        # Only an object of Xero's own can say something of a write; a plain value has nothing inside.
        if (place.fields or place.like) and name in _everywhere().fields:
            yield _everywhere().fields[name]


def _put(root: DeclaredFields, path: str) -> DeclaredFields:
    place = root
    for step in path.split("."):
        place = place.fields.setdefault(step.removesuffix("[]"), DeclaredFields())
    return place


def _entry(collection: str) -> Mapping[str, Any]:
    return _file(collection)[collection]


@cache
def _file(collection: str) -> Mapping[str, Mapping[str, Any]]:
    import tomllib

    source = files("xero_pipeline.warehouse.schema").joinpath("columns", f"{collection}.toml")
    return cast("Mapping[str, Mapping[str, Any]]", tomllib.loads(source.read_text(encoding="utf-8")))
