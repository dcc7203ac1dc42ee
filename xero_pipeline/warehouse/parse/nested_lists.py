"""The elements of one table: records, or what the lists inside them hold, each knowing where it came from."""

# The stubs of pyarrow.compute take no plain value where the functions do, and lose the kind of an array.
# pyright: reportCallIssue=false, reportArgumentType=false, reportReturnType=false

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from xero_pipeline.warehouse.parse import timestamps
from xero_pipeline.warehouse.parse.record_reader import ArrowRejected

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xero_pipeline.warehouse.parse.record_reader import ParsedRecords
    from xero_pipeline.warehouse.schema.model import Table

# .NET's empty Guid: what Xero shows for an id that was never given.
NO_ID = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True)
class TableRows:
    """The elements of one table.

    Args:
        values: One struct an element.
        known: Columns that do not come from the element itself, by name: keys of the parent, `position`, `raw`,
            and those that need more than a look at one path.
        raw: The exact text of each record of the batch.
        sources: For each element, which record of the batch it is in.
    """

    table: Table
    values: pa.StructArray
    known: Mapping[str, pa.Array]
    raw: pa.StringArray
    sources: pa.Array

    def __len__(self) -> int:
        return len(self.values)

    def at(self, path: str) -> pa.Array:
        """The values at a dotted path, null where anything on the way is."""
        return pc.struct_field(self.values, path.split("."))

    def json(self, path: str) -> pa.Array:
        """The exact JSON text at a dotted path, null where it is absent.

        Costs a second look at every record that has a field of that name.
        """
        field = f'"{path.rpartition(".")[2]}"'
        if not len(self) or not pc.any(pc.match_substring(self.raw, field)).as_py():
            return pa.nulls(len(self), pa.string())
        steps = self.table.path.split(".") if self.table.path else []
        texts = (text for record in self.raw.to_pylist() for text in _texts(record.encode(), steps, path))  # pyright: ignore[reportOptionalMemberAccess]
        return pa.array(list(texts), pa.string())


def deduplicate_latest(table: Table, records: ParsedRecords) -> ParsedRecords:
    """Each record once: the later `UpdatedDateUTC` wins, then the later in the batch.

    Raises:
        ArrowRejected: A record has no key.
        UnreadableTime: An `UpdatedDateUTC` cannot be read.
    """
    if not table.key:
        return records
    keys = [pc.struct_field(records.values, table.column(name).path.split(".")) for name in table.key]
    for name, key in zip(table.key, keys, strict=True):
        if key.null_count or pc.any(pc.equal(key, "")).as_py():
            raise ArrowRejected(f"a record without {name}")
    counted = pc.struct_field if len(keys) == 1 else None
    if counted and pc.count_distinct(keys[0]).as_py() == len(records.values):
        return records
    best = sorted(_best(keys, _updated(table, records)).values())
    mask = np.zeros(len(records.values), bool)
    mask[best] = True
    return records.only(pa.array(mask))


def top_level(table: Table, records: ParsedRecords, seen_at: pa.Scalar) -> TableRows:
    """The records themselves.

    Args:
        seen_at: Since when a record is valid that does not say when it was changed.

    Raises:
        UnreadableTime: An `UpdatedDateUTC` cannot be read.
    """
    known = {"raw": records.raw, "is_deleted": _deleted(records.values, None)}
    known["valid_from"] = pa.repeat(seen_at, len(records.values))
    if table.has("updated_date_utc"):
        path = table.column("updated_date_utc").path.split(".")
        changed = known["updated_date_utc"] = timestamps.instants(pc.struct_field(records.values, path))
        believable = pc.greater_equal(changed, pa.scalar(timestamps.EARLIEST, timestamps.INSTANT))
        known["valid_from"] = pc.if_else(pc.fill_null(believable, False), changed, known["valid_from"])
    return TableRows(table, records.values, known, records.raw, pa.array(np.arange(len(records.values))))


def children(table: Table, parent: TableRows, tenant_id: str) -> TableRows:
    """What a list inside the parent's elements holds, one after the other."""
    path = table.path.removeprefix(parent.table.path).removeprefix(".").removesuffix("[]")
    lists = parent.at(path)
    values, owners = pc.list_flatten(lists), pc.list_parent_indices(lists)
    if values.null_count:
        there = values.is_valid()
        values, owners = values.filter(there), owners.filter(there)
    known = {
        name: (parent.known[name] if name in parent.known else parent.at(parent.table.column(name).path)).take(owners)
        for name in (column.name for column in table.inherited)
    }
    places = owners.to_numpy(zero_copy_only=False)  # ascending: 1, 2, 3 … anew for each owner
    known["position"] = pa.array(np.arange(len(places)) - np.searchsorted(places, places) + 1, pa.int64())
    known["valid_from"] = parent.known["valid_from"].take(owners)
    known["is_deleted"] = _deleted(values, parent.known["is_deleted"].take(owners))
    elements = TableRows(table, values, known, parent.raw, parent.sources.take(owners))
    if table.own_id:
        known[table.own_id.name] = _own_ids(elements, tenant_id)
    return elements


def _updated(table: Table, records: ParsedRecords) -> list[Any]:
    if not table.has("updated_date_utc"):
        return [None] * len(records.values)
    path = table.column("updated_date_utc").path
    return timestamps.instants(pc.struct_field(records.values, path.split("."))).cast(pa.int64()).to_pylist()


def _best(keys: list[pa.Array], updated: list[int | None]) -> dict[tuple[str, ...], int]:
    """For each key the place of its newest record."""
    best: dict[tuple[str, ...], int] = {}
    lowest = -(2**63)
    for place, key in enumerate(zip(*(column.to_pylist() for column in keys), strict=True)):
        before = best.get(key)
        if before is None or (updated[place] or lowest) >= (updated[before] or lowest):
            best[key] = place
    return best


def _deleted(values: pa.StructArray, owner: pa.Array | None) -> pa.Array:
    """Whether Xero says that the element, or what it belongs to, is deleted."""
    names = [field.name for field in values.type]
    deleted = pc.fill_null(pc.struct_field(values, ["IsDeleted"]), False)
    if "Status" in names:
        deleted = pc.or_(deleted, pc.fill_null(pc.equal(pc.struct_field(values, ["Status"]), "DELETED"), False))
    return deleted if owner is None else pc.or_(deleted, owner)


def _own_ids(elements: TableRows, tenant_id: str) -> pa.Array:
    """The elements' own ids; where one is missing or used twice in its list, one made from its place."""
    column = elements.table.own_id
    assert column is not None
    ids = elements.at(column.path)
    missing = pc.or_(ids.is_null(), pc.or_(pc.equal(ids, NO_ID), pc.equal(ids, "")))
    missing = pc.fill_null(missing, True)
    if not pc.any(missing).as_py() and pc.count_distinct(ids).as_py() == len(ids):
        return ids
    owner = list(zip(*(elements.known[key.name].to_pylist() for key in elements.table.inherited), strict=True))
    seen: Counter[tuple[Any, ...]] = Counter()
    made: list[str] = []
    rows = zip(owner, ids.to_pylist(), missing.to_pylist(), elements.known["position"].to_pylist(), strict=True)  # pyright: ignore[reportAttributeAccessIssue]
    for keys, own, absent, position in rows:
        seen[(*keys, own)] += 1
        made.append(_made_id(elements, tenant_id, keys, position) if absent or seen[(*keys, own)] > 1 else own)
    return pa.array(made, pa.string())


def _made_id(elements: TableRows, tenant_id: str, keys: tuple[str, ...], position: int) -> str:
    return str(uuid5(NAMESPACE_URL, "/".join((elements.table.name, tenant_id, *map(str, keys), str(position)))))


def _texts(text: bytes, steps: list[str], path: str) -> Iterator[str | None]:
    """The JSON at a path of every element that a list path reaches, in order."""
    if not steps:
        found = _dig(text, path)
        yield found.decode() if found is not None else None
        return
    inner = _dig(text, steps[0].removesuffix("[]")) or b"[]"
    if not steps[0].endswith("[]"):
        yield from _texts(inner, steps[1:], path)
        return
    for element in msgspec.json.decode(inner, type=list[msgspec.Raw]) if inner.startswith(b"[") else []:
        if bytes(element) != b"null":
            yield from _texts(bytes(element), steps[1:], path)


def _dig(text: bytes, path: str) -> bytes | None:
    for step in path.split("."):
        if not text.lstrip().startswith(b"{"):
            return None
        text = bytes(msgspec.json.decode(text, type=dict[str, msgspec.Raw]).get(step, b"null"))
    return None if text == b"null" else text
