"""Where an app may read Xero's own journals they are the ledger, and what documents post is compared with them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace

import dagster as dg
import pytest

from xero_pipeline.defs.checks.tie_out import check_results
from xero_pipeline.ledger.posting.rules import WITHOUT_DOCUMENT
from xero_pipeline.settings import Settings
from xero_pipeline.warehouse.sql import among
from xero_pipeline_tests.databases import opened
from xero_pipeline_tests.ledger.accountant import Accountant
from xero_pipeline_tests.thoroughness import proof
from xero_simulator.edits import documents, records
from xero_simulator.edits.hidden_postings import post_unseen

UNPAID_SALE = """
select invoice_id as id, contact_id, invoice_number as number from xero.invoices
where type = 'ACCREC' and status = 'AUTHORISED' and amount_due = total and total > 50 order by invoice_id limit 1
"""


class Auditor(Accountant):
    """An accountant whose app may read journals."""

    journals = True

    def said_of(self, source_id):
        """What the journals of a document or payment say it is: contact and number, and how many say so."""
        found = self.warehouse.query(
            "select l.contact_id, j.number, count(distinct j.journal_id) as journals from ledger.journals as j "
            "join ledger.journal_lines as l on l.journal_id = j.journal_id and l.contact_id is not distinct from "
            f"j.contact_id where j.source_id = '{source_id}' group by l.contact_id, j.number"
        ).to_pylist()
        return [tuple(row.values()) for row in found]


@pytest.fixture(params=["duckdb", "postgresql"])
def auditor(request):
    found = Auditor(100, advanced=True)
    found.open()
    with opened(request.getfixturevalue(f"{request.param}_url")) as found.warehouse:
        found.read()
        yield found


def test_the_ledger_is_xeros_journals_once_they_have_been_read(auditor):
    auditor.keep()
    before = auditor.one("select count(*) as n from ledger.journals")["n"]
    assert auditor.one("select count(*) as n from ledger.derived_journals")["n"] == 0
    auditor.sync("journals")
    auditor.keep()
    real = auditor.one("select count(*) as n from xero.journals")["n"]
    assert auditor.one("select count(*) as n from ledger.journals")["n"] == real
    assert auditor.one("select count(*) as n from ledger.derived_journals")["n"] == before
    lost = auditor.warehouse.query("select journal_id from xero.journals except select journal_id from ledger.journals")
    assert lost.num_rows == 0


def test_what_documents_post_is_what_the_journals_say_after_edits_too(auditor):
    auditor.sync("journals")
    auditor.keep()
    unpaid = auditor.one(
        "select invoice_id from xero.invoices where status = 'AUTHORISED' and amount_due = total and total > 50 "
        "order by invoice_id limit 1"
    )["invoice_id"]
    documents.edit_invoice(auditor.books, unpaid, auditor.later(minutes=5), add=1234)
    documents.add_payment(auditor.books, unpaid, auditor.later(minutes=5), amount=500)
    auditor.read()
    auditor.sync("journals")
    auditor.keep()
    assert auditor.one("select count(*) as n from ledger.journal_differences")["n"] == 0
    assert auditor.one("select count(*) as n from xero.journals where source_id is not null")["n"] > 0


def test_the_reversal_of_a_voided_document_has_its_customer_and_number(auditor):
    auditor.sync("journals")
    auditor.keep()
    voided = auditor.one(UNPAID_SALE)
    documents.void_invoice(auditor.books, voided["id"], auditor.later(minutes=5))
    auditor.read("invoices")
    auditor.sync("journals")
    auditor.keep()
    assert auditor.said_of(voided["id"]) == [(voided["contact_id"], voided["number"], 2)]


def test_all_journals_of_a_document_follow_its_record_and_the_rest_is_left_as_it_was(auditor):
    auditor.sync("journals")
    auditor.keep()
    written = auditor.now()
    unpaid = auditor.one(UNPAID_SALE)
    corrected = auditor.later(minutes=5)
    with auditor.warehouse.writing() as connection:
        connection.exec_driver_sql(
            "update xero.invoices set contact_id = 'merged', invoice_number = 'INV-A', currency_rate = 1.25, "
            f"currency_code = 'USD', synced_at = '{corrected}' where invoice_id = '{unpaid['id']}'"
        )
    auditor.keep()
    assert auditor.said_of(unpaid["id"]) == [("merged", "INV-A", 1)]
    again = "select source_id, currency_code, currency_rate from ledger.journals where posted_at > '{}'"
    ours = f"{again.format(written)} and source_type not in {among(WITHOUT_DOCUMENT)}"
    assert auditor.warehouse.query(ours).to_pylist() == [
        {"source_id": unpaid["id"], "currency_code": "USD", "currency_rate": Decimal("1.25")}
    ]


def test_a_deleted_payment_and_its_reversal_have_the_number_of_what_it_paid(auditor):
    auditor.sync("journals")
    auditor.keep()
    unpaid = auditor.one(UNPAID_SALE)
    payment = documents.add_payment(auditor.books, unpaid["id"], auditor.later(minutes=5), amount=10)["PaymentID"]
    auditor.read("invoices", "payments")
    auditor.sync("journals")
    auditor.keep()
    documents.delete_payment(auditor.books, payment, auditor.later(minutes=5))
    auditor.read("invoices", "payments")
    auditor.sync("journals")
    auditor.keep()
    assert auditor.said_of(payment) == [(unpaid["contact_id"], unpaid["number"], 2)]


def test_what_no_document_shows_is_in_the_journals_and_ties_out(auditor):
    amounts = {"477": Decimal("500.00"), "814": Decimal("-500.00")}
    post_unseen(auditor.books, dt.date(2026, 1, 20), amounts, "PAYSLIP")
    auditor.sync("journals")
    auditor.pull()
    auditor.keep()
    assert auditor.off() == []
    found = auditor.warehouse.query(
        "select a.code, d.journal_amount from ledger.journal_differences as d "
        "join xero.accounts as a on a.account_id = d.account_id where d.derived_amount = 0"
    ).to_pylist()
    assert {row["code"]: row["journal_amount"] for row in found} == amounts


def test_the_check_says_so_while_there_is_nothing_to_compare(auditor):
    auditor.keep()
    assert "have not been read yet" in agreement(auditor)
    auditor.sync("journals")
    auditor.keep()
    assert agreement(auditor) == "Every document posts what Xero's own journals say."


def agreement(auditor):
    """What the check of both says."""
    services = SimpleNamespace(
        deferred_work=SimpleNamespace(aside=list), organisations=SimpleNamespace(list=list), settings=Settings()
    )
    naming = SimpleNamespace(key=lambda name, schema: dg.AssetKey([schema, name]))
    found = check_results(auditor.warehouse, naming, services, journals=True)
    return next(one.description for one in found if one.check_name == "documents_agree_with_journals")


@proof
def test_without_them_again_the_documents_are_the_ledger(auditor):
    auditor.sync("journals")
    auditor.keep()
    auditor.journals = False
    auditor.keep()
    assert auditor.lines() == auditor.truth()


def test_without_them_again_nothing_stands_beside_the_ledger(auditor):
    post_unseen(auditor.books, dt.date(2026, 1, 20), {"477": Decimal(500), "814": Decimal(-500)}, "PAYSLIP")
    auditor.sync("journals")
    auditor.keep()
    beside = "select count(*) as n from ledger."
    assert auditor.one(f"{beside}journal_differences")["n"] > 0
    auditor.journals = False
    auditor.keep()
    # The group reads what documents post where it is.
    tables = ("journal_differences", "derived_journals", "derived_journal_lines")
    assert [auditor.one(f"{beside}{table}")["n"] for table in tables] == [0, 0, 0]


def test_money_that_an_edit_only_reversed_neither_came_in_nor_went_out(auditor):
    auditor.sync("journals")
    auditor.keep()
    gone = auditor.one(
        "select bank_transaction_id as id, total from xero.bank_transactions where type = 'SPEND' and "
        "status = 'AUTHORISED' and total > 10 order by bank_transaction_id limit 1"
    )
    records.delete_bank_transaction(auditor.books, gone["id"], auditor.later(minutes=5))
    auditor.read("bank_transactions")
    auditor.sync("journals")
    auditor.pull()
    auditor.keep()
    held = f"select count(distinct journal_id) as n from ledger.journal_lines where source_id = '{gone['id']}'"
    assert auditor.one(held)["n"] == 2
    assert auditor.off(statements=["bank_summary"]) == []
    moved = (
        "select period_end, account_id, sum(cash_received) as came, sum(cash_spent) as went from ledger.{} "
        "group by period_end, account_id having sum(cash_received) <> 0 or sum(cash_spent) <> 0 order by 1, 2"
    )
    movements = auditor.warehouse.query(moved.format("cash_movement")).to_pylist()
    assert movements == auditor.warehouse.query(moved.format("bank_summary")).to_pylist()
    assert auditor.warehouse.query(f"select 1 from ledger.cash_movement where amount = {-gone['total']}").num_rows == 0
