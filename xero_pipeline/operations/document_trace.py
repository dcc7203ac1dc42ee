"""What a document ever said, and the answers that said so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xero_pipeline.warehouse.load.history import REPLACED_AT, SEEN_AT, has_history, view_name
from xero_pipeline.warehouse.schema.catalogue import all_tables
from xero_pipeline.warehouse.sql import literal, q
from xero_pipeline.xero.values import is_list, is_object, loads

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from xero_pipeline.ledger.documents.traced_documents import TracedDocument
    from xero_pipeline.sync.landing.store import Landing
    from xero_pipeline.warehouse.schema.model import Table

_MOVES_BY_ITSELF = frozenset({"UpdatedDateUTC"})
"""What differs in every version, and says nothing."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that says something else than in the version before.

    Args:
        field: Its path in Xero's answer, such as `LineItems[0].UnitAmount`.
        before: None where it was not there.
        after: None where it is there no more.
    """

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class DocumentVersion:
    """What a document said for a while.

    Args:
        valid_from: When Xero changed it to that.
        seen_at: When the warehouse learnt of it.
        replaced_at: When it learnt of the next; None while this one stands.
        changes: Against the version before; none of the first.
    """

    valid_from: datetime
    seen_at: datetime
    replaced_at: datetime | None
    is_deleted: bool
    changes: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class ReceivedAnswer:
    """An answer in the landing zone that brought a version.

    Args:
        seen_at: When it arrived: that of the version.
        address: The file.
        request: What was asked for.
        record: The document in it, as received.
    """

    seen_at: datetime
    address: str
    request: str
    record: Any


def versions_of(connection: Connection, document: TracedDocument) -> list[DocumentVersion]:
    """What a document ever said, as far as the warehouse learnt of it, oldest first."""
    table = _table_of(document)
    if table is None:
        return []
    rows = connection.exec_driver_sql(
        f"SELECT valid_from, {SEEN_AT.name} AS seen_at, {REPLACED_AT.name} AS replaced_at, is_deleted, "
        f"CAST(raw AS TEXT) AS raw FROM xero.{q(view_name(table))} "
        f"WHERE tenant_id = {literal(document.tenant_id)} AND {q(table.key[0])} = {literal(document.document_id)} "
        f"ORDER BY {SEEN_AT.name}, valid_from"
    )
    found: list[DocumentVersion] = []
    before: dict[str, Any] = {}
    for row in rows:
        fields = dict(_fields(loads(row.raw.encode()))) if row.raw else {}
        changes = tuple(_changes(before, fields)) if found else ()
        found.append(DocumentVersion(row.valid_from, row.seen_at, row.replaced_at, bool(row.is_deleted), changes))
        before = fields
    return found


def answers_of(landing: Landing, document: TracedDocument, versions: Sequence[DocumentVersion]) -> list[ReceivedAnswer]:
    """The answers that brought some versions of a document, as far as the landing zone has them.

    Raises:
        LandingError: A file is damaged, or an object store does not answer.
    """
    table = _table_of(document)
    if table is None:
        return []
    key = table.column(table.key[0]).path
    found: list[ReceivedAnswer] = []
    for landed in landing.arrived_at(document.tenant_id, table.name, {one.seen_at for one in versions}):
        for answer in landed.answers:
            request = "&".join([f"{name}={value}" for name, value in answer.params.items()])
            for record in _records(loads(answer.body), key, document.document_id):
                asked = f"{answer.path}?{request}" if request else answer.path
                found.append(ReceivedAnswer(landed.head.arrival.at, landed.address, asked, record))
    return found


def _table_of(document: TracedDocument) -> Table | None:
    """The table of its records, where their versions are kept."""
    known = {table.name: table for table in all_tables() if table.role == "record" and has_history(table)}
    return known.get(document.source_table)


def _records(answer: object, key: str, wanted: str) -> Iterator[Any]:
    """The records of an answer that have an id, wherever they stand in it."""
    if is_object(answer):
        for listed in answer.values():
            for record in listed if is_list(listed) else ():
                if is_object(record) and record.get(key) == wanted:
                    yield record


def _fields(value: object, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of a record by its path."""
    if is_object(value):
        for name, inner in value.items():
            if name not in _MOVES_BY_ITSELF:
                yield from _fields(inner, f"{path}.{name}" if path else name)
    elif is_list(value):
        for place, inner in enumerate(value):
            yield from _fields(inner, f"{path}[{place}]")
    else:
        yield path, value


def _changes(before: dict[str, Any], after: dict[str, Any]) -> Iterator[FieldChange]:
    for field in dict.fromkeys((*before, *after)):
        if before.get(field) != after.get(field):
            yield FieldChange(field, before.get(field), after.get(field))
