"""What Xero's JSON looks like to Arrow: one nested type per collection, built from the tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa

from xero_pipeline.warehouse.parse.timestamps import DAY, INSTANT
from xero_pipeline.warehouse.schema.catalogue import table_group
from xero_pipeline.warehouse.schema.model import TableMistake

if TYPE_CHECKING:
    from xero_pipeline.warehouse.schema.model import Kind, Table

MONEY_SCALE = 4
RATE_SCALE = 10


@dataclass(slots=True)
class _Node:
    """One object of the JSON while its type is being put together."""

    leaves: dict[str, Kind] = field(default_factory=dict)
    objects: dict[str, _Node] = field(default_factory=dict)
    lists: dict[str, _Node] = field(default_factory=dict)


@cache
def wire_type(collection: str) -> pa.StructType:
    """The type of one record as Xero sends it: times still text, decimals already exact.

    Columns of the kind json are not in it: Arrow cannot keep a part of the JSON as text.

    Raises:
        TableMistake: Two columns read the same path in ways that contradict each other.
    """
    root = _Node()
    for table in table_group(collection):
        node = _at(root, table.path)
        for column in table.columns:
            if column.kind != "json":
                outer, _, leaf = column.path.rpartition(".")
                _put(_at(node, outer), leaf, column.kind, table)
        # A field of this name means the same everywhere: the element is gone.
        node.leaves.setdefault("IsDeleted", "boolean")
    return _struct(root)


@cache
def column_type(kind: Kind) -> pa.DataType:
    """The Arrow type of a column in the warehouse's tables."""
    types: dict[Kind, pa.DataType] = {
        "id": pa.string(),
        "text": pa.string(),
        "json": pa.string(),
        "day": DAY,
        "instant": INSTANT,
        "money": pa.decimal128(19, MONEY_SCALE),
        "quantity": pa.decimal128(19, MONEY_SCALE),
        "rate": pa.decimal128(20, RATE_SCALE),
        "integer": pa.int64(),
        "boolean": pa.bool_(),
    }
    return types[kind]


@cache
def table_schema(name: str, collection: str) -> pa.Schema:
    """The Arrow schema of one table, every column included."""
    table = next(table for table in table_group(collection) if table.name == name)
    return pa.schema([pa.field(column.name, column_type(column.kind)) for column in table.all_columns])


def kind_of(leaf: pa.Field[Any]) -> Kind:
    """The kind of the column that reads this leaf of a `wire_type`."""
    return cast("Kind", (leaf.metadata or {})[b"kind"].decode())


def _at(node: _Node, path: str) -> _Node:
    for step in filter(None, path.split(".")):
        inside = node.lists if step.endswith("[]") else node.objects
        node = inside.setdefault(step.removesuffix("[]"), _Node())
    return node


def _put(node: _Node, leaf: str, kind: Kind, table: Table) -> None:
    before = node.leaves.setdefault(leaf, kind)
    if _wire_leaf(before) != _wire_leaf(kind):
        raise TableMistake(f"{table.name}: {leaf} is read both as {before} and as {kind}")


def _wire_leaf(kind: Kind) -> pa.DataType:
    return pa.string() if kind in ("day", "instant") else column_type(kind)


def _struct(node: _Node) -> pa.StructType:
    names = [*node.leaves, *node.objects, *node.lists]
    if len(names) != len(set(names)):
        raise TableMistake(f"a path is both a value and an object: {sorted(names)}")
    fields = [pa.field(name, _wire_leaf(kind), metadata={"kind": kind}) for name, kind in node.leaves.items()]
    fields += [pa.field(name, _struct(inner)) for name, inner in node.objects.items()]
    fields += [pa.field(name, pa.list_(_struct(inner))) for name, inner in node.lists.items()]
    return pa.struct(fields)
