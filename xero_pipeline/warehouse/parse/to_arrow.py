"""Pages of JSON to typed tables: a record's own columns, and one table for every list inside it.

Exact by construction: decimals are taken from the text they arrive in, days never move, and both ways to read a
page (Arrow's reader, and Python for what it refuses) end in the same typed records, from which everything below is
made the same way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from xero_pipeline.warehouse.parse import timestamps
from xero_pipeline.warehouse.parse.damaged_text import unreadable_texts
from xero_pipeline.warehouse.parse.nested_lists import TableRows, children, deduplicate_latest, top_level
from xero_pipeline.warehouse.parse.record_reader import (
    ArrowRejected,
    ParsedRecords,
    join,
    read_with_arrow,
    read_with_python,
)
from xero_pipeline.warehouse.parse.schema_drift import drift_in_tables, merge_drift
from xero_pipeline.warehouse.progress.records import Drift
from xero_pipeline.warehouse.schema.arrow_types import table_schema
from xero_pipeline.warehouse.schema.catalogue import table_group

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from xero_pipeline.errors import RecordRefused
    from xero_pipeline.warehouse.parse.python_reader import Refuse
    from xero_pipeline.warehouse.parse.schema_drift import OnDrift
    from xero_pipeline.warehouse.schema.model import Column

FEW = 64
"""So many records are read one by one when one of them needs care; a page has a thousand."""


def tables_of(
    collection: str,
    listed: Sequence[bytes],
    *,
    tenant_id: str,
    synced_at: datetime,
    refuse: Refuse | None = None,
    notice: OnDrift | None = None,
) -> dict[str, pa.Table]:
    """Records as tables ready to merge, parents before children.

    A record that occurs twice is taken once: the one with the later `UpdatedDateUTC`, then the later in the batch.

    Args:
        collection: Name of the record's table, such as `invoices`.
        listed: The JSON text of each record, in the order they were read.
        synced_at: The instant to mark the rows with.
        refuse: What to do with a record of a wrong type; raises it by default.
        notice: Told of each thing that nobody knew of, once a batch; it stays in `raw`.

    Raises:
        UnreadableAnswer: A text is not UTF-8.
        RecordRefused: A record's field has another type than Xero documents, and there is no `refuse`.
    """
    if not listed:
        return {table.name: table_schema(table.name, collection).empty_table() for table in table_group(collection)}
    # Arrow's own allocator keeps what it once had, and is no faster: 50 MB more of a first load.
    pa.set_memory_pool(pa.system_memory_pool())
    texts = [text for text in listed if text != b"null"]
    standard = {"tenant_id": pa.scalar(tenant_id), "synced_at": pa.scalar(synced_at, timestamps.INSTANT)}
    refused: list[RecordRefused] = []
    drifts: list[Drift] = []
    noting = drifts.append if notice else None
    try:
        tables = _tables(collection, _read(collection, texts, refused.append, noting), standard)
    except (ArrowRejected, timestamps.UnreadableTime):
        refused.clear()
        drifts.clear()
        tables = _tables(collection, read_with_python(collection, texts, refused.append, noting), standard)
    for fault in refused:
        (refuse or _raise)(fault)
    if notice:
        empty = len(listed) - len(texts)
        drifts += [Drift("missing", "[]", "", "null", empty, None)] if empty else []
        drifts += unreadable_texts(collection, texts)
        for drift in merge_drift([*drifts, *drift_in_tables(collection, tables)]):
            notice(drift)
    pa.default_memory_pool().release_unused()
    return tables


def _raise(fault: RecordRefused) -> None:
    raise fault


def _read(collection: str, texts: Sequence[bytes], refuse: Refuse, notice: OnDrift | None) -> ParsedRecords:
    """All at once; when that fails half by half, until the records that need care are few."""
    try:
        return read_with_arrow(collection, texts, notice)
    except ArrowRejected:
        if len(texts) <= FEW:
            return read_with_python(collection, texts, refuse, notice)
    middle = len(texts) // 2
    return join([_read(collection, part, refuse, notice) for part in (texts[:middle], texts[middle:])])


def _tables(collection: str, records: ParsedRecords, standard: Mapping[str, pa.Scalar]) -> dict[str, pa.Table]:
    """Raises UnreadableTime or ArrowRejected where a time or a key cannot be read from records that Arrow read."""
    group = table_group(collection)
    levels = {group[0].name: top_level(group[0], deduplicate_latest(group[0], records), standard["synced_at"])}
    for table in group[1:]:
        levels[table.name] = children(table, levels[table.parent or ""], standard["tenant_id"].as_py())
    return {
        table.name: pa.table(
            [_column(column, levels[table.name], standard) for column in table.all_columns],
            schema=table_schema(table.name, collection),
        )
        for table in group
    }


def _column(column: Column, elements: TableRows, standard: Mapping[str, pa.Scalar]) -> pa.Array:
    if column.name in standard:
        return pa.repeat(standard[column.name], len(elements))  # pyright: ignore[reportArgumentType, reportCallIssue]
    if column.name in elements.known:
        return elements.known[column.name]
    if column.kind == "json":
        return elements.json(column.path)
    values = elements.at(column.path)
    if column.kind == "day":
        return timestamps.days(values)
    if column.kind == "instant":
        return timestamps.instants(values)
    return values
