"""A report that comes piece by piece, on both databases: a piece becomes what was answered, the others stay."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from xero_pipeline.warehouse.load.merge import Merged
from xero_pipeline.warehouse.load.partition_replacement import replace_rows
from xero_pipeline.warehouse.schema.catalogue import table
from xero_pipeline_tests.warehouse.answers import FIRST, LATER, TENANT

AGED = table("aged_by_contact")
DAY = date(2026, 10, 31)


def keep(warehouse, *dues, contact="Ann", at=FIRST):
    piece = {"tenant_id": TENANT, "report": "receivables", "contact_id": contact, "as_of": DAY}
    empty = dict.fromkeys(column.name for column in AGED.columns)
    rows = [
        empty | piece | {"position": n, "line_type": "invoice", "due": Decimal(due), "synced_at": at}
        for n, due in enumerate(dues, start=1)
    ]
    with warehouse.writing() as connection:
        return replace_rows(connection, AGED, rows, within=piece)


def stored(warehouse, contact="Ann"):
    sql = "select due, synced_at from xero.aged_by_contact where contact_id = :contact order by position"
    return [tuple(row.values()) for row in warehouse.query(sql, {"contact": contact}).to_pylist()]


def test_a_piece_becomes_what_was_answered_and_equal_rows_stay_as_they_are(warehouse):
    assert keep(warehouse, "1.10", "2.20", "3.30") == Merged(inserted=3)
    assert keep(warehouse, "1.10", "9", at=LATER) == Merged(updated=1, unchanged=1, removed=1)
    assert stored(warehouse) == [(Decimal("1.10"), FIRST), (Decimal(9), LATER)]


def test_an_empty_answer_empties_the_piece_and_no_other(warehouse):
    keep(warehouse, "1")
    keep(warehouse, "2", contact="Bob")

    assert keep(warehouse) == Merged(removed=1)
    assert (stored(warehouse), stored(warehouse, "Bob")) == ([], [(Decimal(2), FIRST)])
