"""The one way from Xero's answers into the tables of a collection: one transaction, all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from xero_pipeline.sync.landing.file_format import Checkpoint, records_arrival

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from xero_pipeline.sync.landing.store import Landing
    from xero_pipeline.warehouse.load.merge import Merged
    from xero_pipeline.warehouse.store import Cursor, Warehouse
    from xero_pipeline.xero.endpoints import Endpoint
    from xero_pipeline.xero.http.response import ApiResponse


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What one transaction did.

    Args:
        tables: By table, what happened to its rows.
        records: Records of the answers that could be read, one that came twice counted once.
        quarantined: The names of those that could not, and are in quarantine.
    """

    tables: dict[str, Merged]
    records: int
    quarantined: frozenset[str] = frozenset()


def write_batch(
    warehouse: Warehouse,
    tenant_id: str,
    endpoint: Endpoint,
    answers: Sequence[ApiResponse],
    *,
    at: datetime,
    cursor: Cursor | None = None,
    seen: Sequence[str] | None = None,
    as_of: datetime | None = None,
    gone: Sequence[str] = (),
    note: Callable[[Connection, int], None] | None = None,
    landing: Landing | None = None,
) -> BatchResult:
    """Shape some answers and merge them, with everything that is to be true together with them.

    Args:
        answers: Envelopes with whole records; none, if only marks are to be set.
        at: The instant for `synced_at`.
        cursor: Where the next read of changes starts, with the last answers of a complete read; its `records` are
            those of earlier answers.
        seen: The ids of a complete read of the whole list: what is not among them is marked deleted.
        as_of: When that read began; what was written since stays.
        gone: Ids that Xero, asked for them, does not know any more: they are marked deleted.
        note: Writes down what else belongs to these rows, such as how far the read has come; told how many records
            they are.
        landing: Where the answers are kept before their rows are.

    Raises:
        LandingError: They could not be kept; nothing was merged.
        RecordRefused: Most of the records cannot be read; nothing was merged.
    """
    from xero_pipeline.sync.batch_issues import BatchIssues
    from xero_pipeline.warehouse.load.merge import Merged

    found = BatchIssues(tenant_id, endpoint)
    tables = found.shape([answer.body for answer in answers], at=at)
    records = tables[endpoint.table].num_rows
    if landing:
        marks = Checkpoint(cursor=cursor, seen=None if seen is None else tuple(seen), as_of=as_of, gone=tuple(gone))
        landing.keep(records_arrival(tenant_id, endpoint.table, at, answers, marks), answers)
    cursor = cursor and replace(cursor, records=cursor.records + records)
    with warehouse.transaction():
        merged = warehouse.merge(tables, cursor=cursor)
        removed = 0
        if seen is not None:
            removed = warehouse.sweep(endpoint.table, tenant_id, seen, as_of=as_of or at)
        if gone:
            removed += warehouse.mark_deleted(endpoint.table, tenant_id, gone, at=at)
        with warehouse.writing() as connection:
            found.note(connection, tables, at=at, gone=gone)
            if note is not None:
                note(connection, records)
    merged[endpoint.table] += Merged(removed=removed)
    return BatchResult(merged, records, found.quarantined)


def ids_of(answers: Iterable[ApiResponse], endpoint: Endpoint) -> list[str]:
    """The ids of all records of some answers, whatever else is wrong with a record.

    Args:
        endpoint: The collection; its key is one field.
    """
    from xero_pipeline.xero.pagination.record_ids import rows_of

    return [name for answer in answers for name in rows_of(answer.body, endpoint).ids]
