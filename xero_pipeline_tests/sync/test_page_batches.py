"""Rows of several pages: a record that is on more than one of them is one row, the newer version."""

from __future__ import annotations

import json

import msgspec
import pytest

from xero_pipeline.sync.batch_writer import BatchWriter
from xero_pipeline.sync.page_batches import lots
from xero_pipeline.xero.endpoints import endpoint
from xero_pipeline.xero.pagination import Page
from xero_pipeline.xero.pagination.page import Records
from xero_pipeline_tests.sync.conftest import OURS, TENANT, uid

# As Xero does not write it: Arrow's reader takes a line break within a text, the one that looks for ids does not.
BROKEN = json.dumps("two\nlines").encode(), b'"two\nlines"'


def page(*records):
    texts = [
        json.dumps({"InvoiceID": uid(name), "Reference": said, "UpdatedDateUTC": f"/Date({1_700_000_000_000 + age})/"})
        for name, said, age in records
    ]
    raw = [msgspec.Raw(text.encode().replace(*BROKEN)) for text in texts]
    return Page(1, 2, None, Records.of(raw, "InvoiceID"))


def references(*pages):
    arrived = BatchWriter(None, TENANT, endpoint("invoices"), now=lambda: OURS).read(pages)
    found = arrived.tables["invoices"].select(["invoice_id", "reference"]).to_pylist()
    return sorted((row["invoice_id"], row["reference"]) for row in found)


@pytest.mark.parametrize(("said", "newer"), [("before", 0), ("before", 1), ("two\nlines", 0), ("two\nlines", 1)])
def test_a_record_on_two_pages_is_one_row_of_the_newer_version(said, newer):
    ages = (2, 1) if newer == 0 else (1, 2)
    found = references(page(("a", said, ages[0]), ("b", "b", 0)), page(("a", "after", ages[1]), ("c", "c", 0)))
    expected = {"a": "after" if newer else said.replace("\n", " "), "b": "b", "c": "c"}
    assert found == sorted((uid(name), one) for name, one in expected.items())


def test_pages_that_share_no_record_are_made_rows_each_alone():
    pages = [page(("a", "a", 0)), page(("b", "b", 0)), page()]
    assert lots(pages) == [[one] for one in pages]
    assert references(*pages) == sorted([(uid("a"), "a"), (uid("b"), "b")])


def test_a_record_that_is_nested_too_deep_to_be_read_stops_no_other_of_its_page():
    deep = b'{"InvoiceID": "a", "LineItems": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    found = Records.of([msgspec.Raw(deep), msgspec.Raw(b'{"InvoiceID": "b"}')], "InvoiceID")
    assert [name for _, name in found.named()] == [None, "b"]
