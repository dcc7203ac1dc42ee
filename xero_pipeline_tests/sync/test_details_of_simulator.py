"""What the simulator hangs on its documents is read by us as Xero's SDK reads it (simulator/api/test_sdk.py)."""

from __future__ import annotations

import json
import shutil
from collections import Counter

import pytest

from xero_pipeline.sync.details.detail_budget import DetailBudget
from xero_pipeline.sync.details.detail_sync import sync_details
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline.xero.document_details import DOCUMENTS
from xero_pipeline.xero.endpoints import endpoint
from xero_pipeline_tests.sync.desk import Desk
from xero_simulator.attachments.written import ATTACHABLE
from xero_simulator.edits.attachments import add_note, attach

TABLES = sorted({*DOCUMENTS["attachments"], *DOCUMENTS["document_history"]})
BUDGET = DetailBudget(5000, ("attachments", "document_history", "online_invoices"))


@pytest.fixture(scope="module")
def desk(duckdb_template, tmp_path_factory):
    """A small organisation whose documents are read."""
    made, path = Desk(), shutil.copy(duckdb_template, tmp_path_factory.mktemp("details") / "books.duckdb")
    made.open()
    with Warehouse(f"duckdb:///{path}").kept_open() as made.warehouse:
        for table in TABLES:
            made.sync(table)
        yield made


def ask(desk, detail, **more):
    return desk._carry(sync_details, detail, budget=BUDGET, **more)


def rows(desk, sql):
    return [tuple(row.values()) for row in desk.warehouse.query(sql).to_pylist()]


def test_every_file_of_every_kind_of_document_is_there(desk):
    ask(desk, "attachments")
    theirs = Counter()
    for wrapper in ATTACHABLE:
        if table := next((one for one in DOCUMENTS["attachments"] if endpoint(one).wrapper == wrapper), None):
            for record in desk.books.records(wrapper):
                if record.get("Status") != "DELETED":
                    theirs.update((table, file.name) for file in desk.books.cabinet.files(wrapper, record))
    ours = rows(desk, "select source_table, file_name from xero.attachments where not is_deleted")
    assert Counter(ours) == theirs
    assert len({table for table, _ in ours}) >= 5


def test_who_did_what_and_the_notes_that_people_wrote_are_there(desk):
    ask(desk, "document_history")
    invoice = rows(desk, "select min(invoice_id) from xero.invoices where status = 'AUTHORISED'")[0][0]
    at = desk.later(minutes=1)
    add_note(desk.books, invoice, at, "Called them", user="Ada Lovelace")
    attach(desk.books, "Invoices", invoice, at, name="proof.pdf", content=b"%PDF-1.4", moves=True)
    desk.sync("invoices")
    ask(desk, "document_history")
    told = rows(
        desk,
        f"select changes, changed_by, details from xero.document_history where source_id = '{invoice}' order by entry",
    )
    assert told[0][0] == "Created"
    assert ("Note", "Ada Lovelace", "Called them") in told
    assert ("Attached a file", "System Generated") in [one[:2] for one in told]
    assert {one[0] for one in rows(desk, "select distinct source_id from xero.document_history")} == {invoice}


def test_every_kind_of_document_that_has_a_history_can_be_asked_for_it(desk):
    asked = 0
    for name in DOCUMENTS["document_history"]:
        key = endpoint(name).key[0]
        raw = rows(desk, f"select raw from xero.{name} where not is_deleted limit 1")
        if ids := [json.loads(one)[key] for (one,) in raw]:
            assert ask(desk, "document_history", documents=ids).description.startswith("1 document asked, "), name
            asked += 1
    assert asked >= 12


def test_every_approved_sales_invoice_has_its_link(desk):
    ask(desk, "online_invoices")
    wanted = rows(
        desk,
        "select invoice_id from xero.invoices where type = 'ACCREC' and status in ('AUTHORISED', 'PAID') order by 1",
    )
    assert rows(desk, "select invoice_id from xero.online_invoices order by 1") == wanted
    assert rows(desk, "select count(*) from xero.detail_requests where outcome <> 'answered'") == [(0,)]
