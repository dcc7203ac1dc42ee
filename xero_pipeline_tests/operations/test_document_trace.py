"""From a document to what it posts, what it said before, and the answers that said so."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from xero_pipeline.ledger.documents.traced_documents import documents_called, lines_of
from xero_pipeline.operations.document_trace import answers_of, versions_of
from xero_pipeline.sync.landing.store import LandedBatch, Landing
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline_tests.ledger.books import NOW, Books
from xero_pipeline_tests.sync.test_landing import answer
from xero_pipeline_tests.warehouse.answers import envelope, invoice, line, tables_of, uid

pytestmark = pytest.mark.slow

FIRST, SECOND = NOW - dt.timedelta(days=9), NOW - dt.timedelta(days=2)


@pytest.fixture(params=["duckdb", "postgresql"])
def traced(request, tmp_path):
    """An invoice over 60 that became one over 75, with the answers kept."""
    warehouse = Warehouse(request.getfixturevalue(f"{request.param}_url"))
    Books.begin(warehouse)
    landing = Landing(tmp_path / "landing", warehouse)
    for minute, (at, amount) in enumerate(((FIRST, 60), (SECOND, 75))):
        lines = [line("freight", amount, AccountID="sales")]
        sums = {"SubTotal": amount, "TotalTax": 0, "Total": amount, "Date": "/Date(1767571200000+0000)/"}
        record = invoice("INV-7", lines=lines, minute=minute, Type="ACCREC", CurrencyCode="NZD", **sums)
        body = envelope(record, invoice("INV-8", Status="DRAFT"))
        landed = LandedBatch(tenant_id="t", table="invoices", subject="invoices", kind="changes", at=at)
        landing.keep(landed, [answer(body, params={"page": "1"})])
        warehouse.merge(tables_of("invoices", [body], wrapper="Invoices", tenant_id="t", synced_at=at))
    Books(warehouse).keep()
    return warehouse, landing


def test_a_document_leads_to_its_lines_its_versions_and_the_answers_that_brought_them(traced):
    warehouse, landing = traced
    with warehouse.reading() as connection:
        assert documents_called(connection, ["t"], "INV-9") == []
        (document,) = documents_called(connection, ["t"], "inv-7")
        assert documents_called(connection, ["t"], uid("INV-7")) == [document]
        assert (document.source_table, document.number) == ("invoices", "INV-7")
        posted = {one.account: one.net_amount for one in lines_of(connection, document)}
        assert posted == {"receivables receivables": Decimal(75), "sales sales": Decimal(-75)}
        first, second = versions_of(connection, document)
    assert (first.seen_at, first.changes, second.replaced_at) == (FIRST, (), None)
    changed = {one.field: (one.before, one.after) for one in second.changes}
    assert changed == dict.fromkeys(("LineItems[0].LineAmount", "SubTotal", "Total"), (60, 75))
    received = answers_of(landing, document, [first, second])
    assert [(one.seen_at, one.request, one.record["Total"]) for one in received] == [
        (FIRST, "Invoices?page=1", 60),
        (SECOND, "Invoices?page=1", 75),
    ]
    assert all(one.address.startswith(landing.address) for one in received)
