from __future__ import annotations

import datetime as dt

import pytest

from xero_pipeline_tests.simulator.books.test_laws import check_laws
from xero_pipeline_tests.simulator.helpers import let_in
from xero_simulator.books import build_company
from xero_simulator.company import Company
from xero_simulator.config import BooksConfig
from xero_simulator.edits import documents, silent_changes

TODAY = dt.date(2026, 11, 22)
NOW = dt.datetime(2026, 11, 22, 14, tzinfo=dt.UTC)


@pytest.fixture
def company() -> Company:
    return build_company(BooksConfig(today=TODAY, invoices=120, months=3), 0)


def stamps(company: Company) -> dict[str, str]:
    return {
        str(key): record["UpdatedDateUTC"]
        for rows in company.bench.tables.values()
        for key, record in rows.items()
        if "UpdatedDateUTC" in record
    }


def test_quiet_edits_change_what_they_say_and_no_stamp(company: Company) -> None:
    before, revision = stamps(company), company.revision
    name = next(row["InvoiceID"] for row in company.records("Invoices") if row["Status"] == "AUTHORISED")
    silent_changes.rebook_line(company, name, "310")
    silent_changes.move_due_date(company, name, dt.date(2026, 12, 24))
    silent_changes.mark_sent(company, name, sent=False)
    invoice = company.bench.tables["Invoices"][name]
    line = invoice["LineItems"][0]
    assert (line["AccountCode"], line["AccountID"]) == ("310", company.bench.account_id("310"))
    assert (invoice["DueDate"], invoice["DueDateString"]) == ("/Date(1798070400000+0000)/", "2026-12-24T00:00:00")
    assert invoice["SentToContact"] is False
    assert stamps(company) == before
    assert company.revision == revision + 3
    check_laws(company)


def test_an_allocation_can_vanish_without_a_stamp(company: Company) -> None:
    before = stamps(company)
    credit = next(row for row in company.records("CreditNotes") if row["Allocations"])
    after = documents.remove_allocation(company, "CreditNotes", credit["CreditNoteID"], None)
    assert len(after["Allocations"]) == len(credit["Allocations"]) - 1
    assert stamps(company) == before
    check_laws(company)


def test_a_draft_is_gone_for_good_and_nothing_else_can_be(company: Company) -> None:
    draft = documents.add_invoice(company, NOW, status="DRAFT")["InvoiceID"]
    approved = documents.add_invoice(company, NOW)["InvoiceID"]
    silent_changes.erase_draft(company, "Invoices", draft)
    assert draft not in company.bench.tables["Invoices"]
    with pytest.raises(documents.EditRefused):
        silent_changes.erase_draft(company, "Invoices", approved)
    check_laws(company)


def test_a_contact_with_documents_stays(company: Company) -> None:
    named = company.records("Invoices")[0]["Contact"]["ContactID"]
    with pytest.raises(documents.EditRefused):
        silent_changes.erase_contact(company, named)
    used = {row["Contact"]["ContactID"] for rows in company.bench.tables.values() for row in rows.values()
            if isinstance(row.get("Contact"), dict)}  # fmt: skip
    free = next(name for name in company.bench.tables["Contacts"] if name not in used)
    silent_changes.erase_contact(company, free)
    assert free not in company.bench.tables["Contacts"]


def test_a_group_goes_from_its_members_too(company: Company) -> None:
    before = stamps(company)
    group = company.records("ContactGroups")[0]["ContactGroupID"]
    assert members(company, group)
    silent_changes.delete_contact_group(company, group)
    assert group not in company.bench.tables["ContactGroups"]
    assert not members(company, group)
    assert stamps(company) == before


def members(company: Company, group: str) -> list[str]:
    return [
        row["ContactID"]
        for row in company.records("Contacts")
        if any(one["ContactGroupID"] == group for one in row["ContactGroups"])
    ]


def test_what_is_gone_is_a_404_when_asked_for_alone_and_left_out_when_asked_for_with_others() -> None:
    from xero_simulator.simulator import Simulator

    simulator = Simulator(BooksConfig(today=TODAY, invoices=40, months=3), limits=None)
    (tenant,) = [one.tenant_id for one in simulator.organisations()]
    company = simulator.company(tenant)
    draft = documents.add_invoice(company, NOW, status="DRAFT")["InvoiceID"]
    voided = documents.add_invoice(company, NOW)["InvoiceID"]
    documents.void_invoice(company, voided, NOW)
    client = let_in(simulator)
    client.headers["xero-tenant-id"] = tenant
    alone = f"/Invoices/{draft}"
    assert client.get(alone).status_code == 200
    silent_changes.erase_draft(company, "Invoices", draft)
    assert client.get(alone).status_code == 404
    together = client.get("/Invoices", params={"IDs": f"{draft},{voided}", "page": "1"}).json()["Invoices"]
    assert [(one["InvoiceID"], one["Status"], bool(one["LineItems"])) for one in together] == [(voided, "VOIDED", True)]
