"""What Xero sent that nobody told us of: fields, words, and keys that are missing. None of it stops a sync.

Nearly free by construction: Arrow's reader tells the type of everything it read, so that unknown fields show in its
schema and not in its rows; words and missing keys are looked for in whole columns.
"""

# The stubs of pyarrow.compute take no plain value where the functions do, and lose the kind of an array.
# pyright: reportCallIssue=false, reportArgumentType=false, reportReturnType=false

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from xero_pipeline.warehouse.parse.declared_fields import (
    DeclaredFields,
    children_of,
    declared_record,
    enum_columns,
    required_columns,
)
from xero_pipeline.warehouse.parse.python_reader import decoded, id_of
from xero_pipeline.warehouse.progress.records import Drift
from xero_pipeline.warehouse.schema.catalogue import table_group

OnDrift = Callable[[Drift], None]
"""Told of what nobody knew of."""

WORDS_PER_BATCH = 20
"""More new words than this in one column of one batch are not words: it has become free text."""

_SHOWN = 200

# A name may hold anything, points and brackets too, so a path is its steps: a name, and how many lists deep it goes on.
_Step = tuple[str, int]
_Path = tuple[_Step, ...]


def unknown_fields_with_arrow(collection: str, values: pa.StructArray, texts: Sequence[bytes]) -> Iterator[Drift]:
    """The unknown fields of records that Arrow's reader took, each once.

    Args:
        values: What the reader made of them, unknown fields included.
    """
    for path in _unknown_in(collection, values.type):
        rows = _rows_with(values, path)
        if len(rows):
            yield _field(collection, path, len(rows), texts[rows[0]])


def unknown_fields_with_python(collection: str, texts: Iterable[bytes]) -> Iterator[Drift]:
    """The same for records that it refused, one by one."""
    places: dict[_Path, tuple[DeclaredFields, ...]] = {(): (declared_record(collection),)}
    for text in texts:
        for path in dict.fromkeys(_unknown_paths(decoded(text), (), places)):
            yield _field(collection, path, 1, text)


def drift_in_tables(collection: str, tables: Mapping[str, pa.Table]) -> Iterator[Drift]:
    """The unknown words, and what is missing although it never was, of rows that are ready.

    Args:
        tables: As `tables_of` makes them.
    """
    for word in enum_columns(collection):
        column = tables[word.table].column(word.column)
        new = [said for said in pc.unique(column).to_pylist() if said and said not in word.known]
        for said in new[:WORDS_PER_BATCH]:
            ids = _ids(collection, tables[word.table], pc.equal(column, said))
            sample = msgspec.json.encode(said).decode()[:_SHOWN]
            yield Drift("value", word.path, said[:_SHOWN], sample, len(set(ids)), ids[0])
    record = tables[collection]
    for name, path in required_columns(collection):
        if record.column(name).null_count:
            missing = pc.and_(record.column(name).is_null(), pc.invert(record.column("is_deleted")))
            ids = _ids(collection, record, missing)
            if ids:
                yield Drift("missing", path, "", "", len(ids), ids[0])


def merge_drift(found: Iterable[Drift]) -> list[Drift]:
    """What was found in several lots, each once with all its records.

    Args:
        found: In the order it was found.
    """
    total: dict[tuple[str, str, str], Drift] = {}
    for drift in found:
        key = (drift.kind, drift.path, drift.value)
        first = total.get(key)
        total[key] = replace(first, records=first.records + drift.records) if first else drift
    return list(total.values())


@lru_cache(maxsize=200)
def _unknown_in(collection: str, kind: pa.StructType) -> tuple[_Path, ...]:
    """Pages of one collection mostly have one type: it is gone through once."""
    return tuple(_unknown(kind, (declared_record(collection),), ()))


def _unknown(kind: pa.StructType, places: tuple[DeclaredFields, ...], path: _Path) -> Iterator[_Path]:
    """The paths in a type that are not known; what is inside of an unknown field is not looked at."""
    for entry in kind:
        found = children_of(places, entry.name)
        if not found:
            yield (*path, (entry.name, 0))
            continue
        depth, inner = 0, entry.type
        while pa.types.is_list(inner):
            depth, inner = depth + 1, inner.value_type
        if pa.types.is_struct(inner):
            yield from _unknown(inner, found, (*path, (entry.name, depth)))


def _rows_with(values: pa.Array, path: _Path) -> np.ndarray:
    """The places of the records that have a value at a path."""
    rows = np.arange(len(values))
    for name, depth in path:
        values = pc.struct_field(values, [values.type.get_field_index(name)])
        for _ in range(depth):
            rows = rows[pc.list_parent_indices(values).to_numpy()]
            values = pc.list_flatten(values)
    return np.unique(rows[values.is_valid().to_numpy(zero_copy_only=False)])


def _unknown_paths(value: Any, path: _Path, places: dict[_Path, tuple[DeclaredFields, ...]]) -> Iterator[_Path]:
    """The unknown paths of one record. `places` grows: what is known at a path is looked up once."""
    if isinstance(value, list):
        *before, (name, depth) = path
        deeper = (*before, (name, depth + 1))
        places.setdefault(deeper, places[path])
        for element in value:
            yield from _unknown_paths(element, deeper, places)
    elif isinstance(value, dict):
        for name, inner in value.items():
            here = (*path, (name, 0))
            if here not in places:
                places[here] = children_of(places[path], name)
            if inner is None:
                continue
            if places[here]:
                yield from _unknown_paths(inner, here, places)
            else:
                yield here


def _field(collection: str, path: _Path, records: int, text: bytes) -> Drift:
    record = decoded(text)
    written = ".".join(name + "[]" * depth for name, depth in path)
    sample, name = _sample(record, [name for name, _ in path]), id_of(collection, record)
    # It is a key of a database's: PostgreSQL has no place for NUL there, and a bound.
    return Drift("field", written.replace("\0", "\\0")[:_SHOWN], "", sample, records, name)


def _sample(value: Any, names: Sequence[str]) -> str:
    """The first value at a path as JSON, its beginning when it is long."""
    return msgspec.json.encode(next(_at(value, names), None)).decode()[:_SHOWN]


def _at(value: Any, names: Sequence[str]) -> Iterator[Any]:
    if not names:
        yield value
    elif isinstance(value, list):
        for element in value:
            yield from _at(element, names)
    elif isinstance(value, dict) and value.get(names[0]) is not None:
        yield from _at(value[names[0]], names[1:])


def _ids(collection: str, rows: pa.Table, mask: pa.ChunkedArray) -> list[str]:
    """The ids of the records that some rows belong to."""
    keys = [rows.filter(mask).column(name).to_pylist() for name in table_group(collection)[0].key]
    if not keys:
        return [""] * pc.sum(mask).as_py()
    return ["/".join(map(str, key)) for key in zip(*keys, strict=True)]
