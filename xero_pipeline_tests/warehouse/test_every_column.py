"""A record that has every field we declare comes through with every one of them, exactly, in all 26 collections."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from xero_pipeline.warehouse.schema.catalogue import collections, table_group
from xero_pipeline_tests.warehouse.answers import tables_of

if TYPE_CHECKING:
    from xero_pipeline.warehouse.schema.model import Column, Table

COLLECTIONS = [name for name in collections() if table_group(name)[0].role == "record"]
DAY_ONE = date(2025, 1, 1)
SYNCED_AT = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass(slots=True)
class Filled:
    """A record with a value in every declared column, no two alike, and the row each table should have of it."""

    collection: str
    record: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    count: int = 0

    def __post_init__(self) -> None:
        elements = {"": self.record}
        for table in table_group(self.collection):
            if table.path:
                outer, _, last = table.path.rpartition(".")
                elements[table.path] = {}
                elements[outer][last.removesuffix("[]")] = [elements[table.path]]
            self.rows[table.name] = self._fill(table, elements[table.path])

    def _fill(self, table: Table, element: dict[str, Any]) -> dict[str, Any]:
        parent = self.rows[table.parent] if table.parent else {}
        row = {column.name: parent[column.name] for column in table.inherited}
        for column in table.columns:
            sent, expected = self._value(column)
            *way, leaf = column.path.split(".")
            inside = element
            for step in way:
                inside = inside.setdefault(step, {})
            inside[leaf] = sent
            row[column.name] = expected
        return row

    def _value(self, column: Column) -> tuple[Any, Any]:
        self.count += 1
        n = self.count
        day = DAY_ONE + timedelta(days=n)
        midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
        moment = midnight + timedelta(milliseconds=86_399_999)
        milliseconds = round(moment.timestamp() * 1000)
        return {
            "id": (f"00000000-0000-0000-0000-{n:012}", f"00000000-0000-0000-0000-{n:012}"),
            "text": (f"text {n}", f"text {n}"),
            "day": (f"/Date({int(midnight.timestamp()) * 1000}+0000)/", day),
            "instant": (f"/Date({milliseconds}+0000)/", moment),
            "money": (f"#{n}.1234", Decimal(f"{n}.1234")),
            "quantity": (f"#{n}.0001", Decimal(f"{n}.0001")),
            "rate": (f"#{n}.0123456789", Decimal(f"{n}.0123456789")),
            "integer": (n, n),
            "boolean": (n % 2 == 0, n % 2 == 0),
        }[column.kind]

    @property
    def body(self) -> bytes:
        """The envelope Xero would send; numbers written with all their digits."""
        text = json.dumps({"Id": "x", "Status": "OK", "Things": [self.record]})
        for piece in text.split('"#')[1:]:
            number = piece.partition('"')[0]
            text = text.replace(f'"#{number}"', number)
        return text.encode()


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_a_record_with_every_field_fills_every_column(collection: str):
    filled = Filled(collection)

    tables = tables_of(collection, [filled.body], wrapper="Things", tenant_id="tenant", synced_at=SYNCED_AT)

    assert list(tables) == [table.name for table in table_group(collection)]
    for name, expected in filled.rows.items():
        (row,) = tables[name].to_pylist()
        assert {key: row[key] for key in expected} == expected, name


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_a_record_with_nothing_but_its_key_has_nulls_and_no_children(collection: str):
    record, *children = table_group(collection)
    keys = {record.column(key).path: f"the {key}" for key in record.key}
    body = json.dumps({"Things": [keys]}).encode()

    tables = tables_of(collection, [body], wrapper="Things", tenant_id="tenant", synced_at=SYNCED_AT)

    (row,) = tables[collection].to_pylist()
    assert {column.name: row[column.name] for column in record.columns} == {
        column.name: keys.get(column.path) for column in record.columns
    }
    assert [child.name for child in children if tables[child.name].num_rows] == []
