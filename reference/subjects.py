"""The subjects the reference is cut by: those of the Dagster UI, the notes of the pipeline itself, the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from xero_pipeline.ledger.tables import SCHEMA as LEDGER
from xero_pipeline.ledger.tables import ledger_tables
from xero_pipeline.warehouse.schema.catalogue import collections, table_group
from xero_pipeline.warehouse.schema.ddl import SCHEMA as XERO

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xero_pipeline.warehouse.schema.model import Table

NOTES = "notes"
"""Of what is no asset: how far was read, what was odd, what was called."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A page of the reference.

    Args:
        schema: Where its tables lie.
        groups: Its tables, those of one collection together, the record's first.
    """

    name: str
    schema: str
    groups: tuple[tuple[Table, ...], ...]

    @property
    def title(self) -> str:
        """As people read it."""
        return self.name.replace("_", " ").capitalize()

    @property
    def tables(self) -> tuple[Table, ...]:
        """All its tables."""
        return tuple(table for group in self.groups for table in group)


@cache
def subjects() -> tuple[Subject, ...]:
    """Every subject in the order of the pages. Every table is in exactly one."""
    found: dict[str, list[tuple[Table, ...]]] = {name: [] for name in (*_groups(), NOTES)}
    for table_group_ in _units(table_group(name) for name in collections()):
        found[_subject_of(table_group_[0])].append(table_group_)
    ledger = _of_one_file(ledger_tables())
    pages = [Subject(name, XERO, tuple(sorted(groups, key=_place))) for name, groups in found.items() if groups]
    return (*pages, *([Subject("ledger", LEDGER, tuple(ledger))] if ledger else []))


def subject_of(name: str) -> Subject:
    """The page a table is on.

    Raises:
        StopIteration: There is no such table.
    """
    return next(subject for subject in subjects() if any(one.name == name for one in subject.tables))


def _of_one_file(tables: tuple[Table, ...]) -> list[tuple[Table, ...]]:
    """The ledger's tables by the file they are declared in; the journals first, for all others are made of them."""
    files = sorted({table.collection for table in tables}, key=lambda name: (name != "journals", name))
    return [tuple(table for table in tables if table.collection == name) for name in files]


def _units(groups: Iterable[tuple[Table, ...]]) -> list[tuple[Table, ...]]:
    """A record and its lists stay together; reports and notes, which share files, are looked for one by one."""
    units: list[tuple[Table, ...]] = []
    for group in groups:
        units += [group] if group[0].role == "record" else [(table,) for table in group]
    return units


def _groups() -> dict[str, tuple[str, ...]]:
    from xero_pipeline.defs.specs import groups

    return dict(groups())


def _subject_of(first: Table) -> str:
    name = first.collection if first.role in ("record", "child") else first.name
    return next((subject for subject, members in _groups().items() if name in members), NOTES)


def _place(group: tuple[Table, ...]) -> tuple[int, str]:
    members = [member for names in _groups().values() for member in names]
    name = group[0].collection if group[0].role == "record" else group[0].name
    return (members.index(name) if name in members else len(members), name)
