"""What hangs on a record: files, notes, the address for customers; answered over HTTP, edited as people do."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from xero_pipeline_tests.simulator.helpers import ALL_SCOPES, Clock, let_in
from xero_simulator.attachments.written import ATTACHABLE
from xero_simulator.company import Company
from xero_simulator.config import BooksConfig
from xero_simulator.edits.attachments import add_note, attach, detach
from xero_simulator.edits.working_copy import EditRefused
from xero_simulator.simulator import Simulator

TODAY = dt.date(2026, 3, 10)
NOW = dt.datetime(2026, 3, 10, 11, 30, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def simulator() -> Simulator:
    return Simulator(BooksConfig(today=TODAY, invoices=600, months=12), clock=Clock(), limits=None)


@pytest.fixture(scope="module")
def client(simulator: Simulator) -> httpx.Client:
    return let_in(simulator)


@pytest.fixture
def company(simulator: Simulator) -> Company:
    return simulator.company(simulator.organisations()[0].tenant_id)


def key_of(company: Company, *, files: bool, **wanted: str) -> str:
    """The id of an invoice."""
    return next(
        row["InvoiceID"]
        for row in company.records("Invoices")
        if row["HasAttachments"] is files and all(row[name] == value for name, value in wanted.items())
    )


def listed(client: httpx.Client, key: str, wrapper: str = "Invoices") -> list[dict[str, Any]]:
    return client.get(f"/{wrapper}/{key}/Attachments").json()["Attachments"]


def told(client: httpx.Client, key: str) -> list[dict[str, str]]:
    return client.get(f"/Invoices/{key}/History").json()["HistoryRecords"]


def stamp(company: Company, key: str) -> str:
    return company.bench.tables["Invoices"][key]["UpdatedDateUTC"]


def test_records_say_that_they_have_files_if_they_have_some(company: Company) -> None:
    for wrapper in ATTACHABLE:
        for record in company.records(wrapper):
            has = bool(company.cabinet.files(wrapper, record))
            assert record.get("HasAttachments", has) is has, (wrapper, record)


def test_names_and_contents_occur_again_on_other_records(company: Company) -> None:
    files = [file for row in company.records("Invoices") for file in company.cabinet.files("Invoices", row)]
    assert {kind: count > 1 for kind, count in Counter(file.name for file in files).items()}["receipt.png"]
    assert len({file.content for file in files if file.name == "receipt.png"}) > 1
    assert len({file.content for file in files if file.name == "Terms and conditions.pdf"}) == 1
    assert any(not file.name.isascii() and " " in file.name and "#" in file.name for file in files)
    assert {True, False} == {file.include_online for file in files}


def test_a_file_is_read_by_its_id_and_by_its_name_and_comes_as_what_it_is(
    client: httpx.Client, company: Company
) -> None:
    seen = set()
    for row in company.records("Invoices"):
        for file in company.cabinet.files("Invoices", row):
            for name in (file.attachment_id, file.attachment_id.upper(), quote(file.name)):
                answer = client.get(f"/Invoices/{row['InvoiceID']}/Attachments/{name}", headers={"Accept": "*/*"})
                assert (answer.status_code, answer.content) == (200, file.content)
                assert answer.headers["content-type"] == file.mime_type
            seen.add(file.mime_type)
    assert seen == {"application/pdf", "image/png", "text/csv", "text/plain"}


def test_who_asks_for_json_is_given_the_bytes_all_the_same(client: httpx.Client, company: Company) -> None:
    """As freakboy3742/pyxero did, `BaseManager._get_attachment_data` before it asked for application/octet-stream."""
    key = key_of(company, files=True)
    one = listed(client, key)[0]
    answer = client.get(f"/Invoices/{key}/Attachments/{one['AttachmentID']}")
    assert len(answer.content) == one["ContentLength"]


@pytest.mark.parametrize(
    "path",
    ["Invoices/{bare}/Attachments/receipt.png", "Invoices/{unknown}/Attachments", "Payments/{bare}/Attachments",
     "Invoices/{bare}/Attachments/a/b", "Invoices/{bare}/History/x", "CreditNotes/{bare}/OnlineInvoice"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(client: httpx.Client, company: Company, path: str) -> None:
    bare, unknown = key_of(company, files=False), "00000000-0000-4000-8000-000000000000"
    assert client.get(f"/{path.format(bare=bare, unknown=unknown)}").status_code == 404


def test_a_record_without_files_has_an_empty_list(client: httpx.Client, company: Company) -> None:
    assert listed(client, key_of(company, files=False)) == []


def test_files_need_a_scope_of_their_own(simulator: Simulator, company: Company) -> None:
    """Xero's OpenAPI document: `accounting.attachments` or `accounting.attachments.read`, and no other."""
    path = f"/Invoices/{key_of(company, files=True)}/Attachments"
    others = [scope for scope in ALL_SCOPES if "attachments" not in scope]
    refused = let_in(simulator, others, client_id="without").get(path)
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "insufficient_scope")
    only = let_in(simulator, ["accounting.attachments.read"], client_id="only")
    assert only.get(path).status_code == 200


def test_drafts_and_bills_have_no_address_for_customers(client: httpx.Client, company: Company) -> None:
    """developer.xero.com, Invoices: for sales (ACCREC) invoices, and not for DRAFT ones."""
    found = {}
    for kind, status in (("ACCREC", "AUTHORISED"), ("ACCREC", "PAID"), ("ACCREC", "DRAFT"), ("ACCPAY", "PAID")):
        key = next(
            row["InvoiceID"] for row in company.records("Invoices") if (row["Type"], row["Status"]) == (kind, status)
        )
        found[kind, status] = client.get(f"/Invoices/{key}/OnlineInvoice").status_code
    assert list(found.values()) == [200, 200, 404, 404]


def test_the_history_tells_of_files_in_xeros_words(client: httpx.Client, company: Company) -> None:
    """The example of `HistoryRetrieved` in Xero's OpenAPI document."""
    key = key_of(company, files=True, Status="PAID")
    entries = [entry for entry in told(client, key) if entry["Changes"] == "Attached a file"]
    assert {entry["User"] for entry in entries} == {"System Generated"}
    assert {entry["Details"] for entry in entries} == {
        f"Attached the file {one['FileName']} through the Xero API using Xero API Partner"
        for one in listed(client, key)
    }


def test_attached_files_are_listed_replaced_and_removed(client: httpx.Client, company: Company) -> None:
    key = key_of(company, files=False)
    before = stamp(company, key)
    first = attach(company, "Invoices", key, NOW, name="Vertrag.pdf", content=b"one", include_online=True)
    (one,) = listed(client, key)
    assert (one["AttachmentID"], one["MimeType"], one["IncludeOnline"]) == (
        first.attachment_id, "application/pdf", True,
    )  # fmt: skip
    assert client.get(f"/Invoices/{key}").json()["Invoices"][0]["HasAttachments"] is True
    attach(company, "Invoices", key, NOW, name="Vertrag.pdf", content=b"other")
    assert [(file["AttachmentID"], file["ContentLength"]) for file in listed(client, key)] == [(first.attachment_id, 5)]
    detach(company, "Invoices", key, NOW, name="Vertrag.pdf")
    assert listed(client, key) == []
    assert client.get(f"/Invoices/{key}").json()["Invoices"][0]["HasAttachments"] is False
    assert [entry["Changes"] for entry in told(client, key)][:2] == ["Attached a file"] * 2
    assert stamp(company, key) == before


def test_files_the_books_were_written_with_stay_beside_a_new_one(client: httpx.Client, company: Company) -> None:
    key = key_of(company, files=True, Status="PAID")
    before, told_before = listed(client, key), len(told(client, key))
    attach(company, "Invoices", key, NOW, name="more.txt", content=b"more")
    assert listed(client, key)[:-1] == before
    assert len(told(client, key)) == told_before + 1


def test_an_instant_moves_only_where_that_is_asked_for(company: Company) -> None:
    key = key_of(company, files=False)
    attach(company, "Invoices", key, NOW, name="a.txt", content=b"a", moves=True)
    assert stamp(company, key) == f"/Date({int(NOW.timestamp() * 1000)}+0000)/"


def test_a_note_is_told_and_moves_nothing(client: httpx.Client, company: Company) -> None:
    """developer.xero.com, History and Notes: by "System Generated" where an app wrote it, 250 letters at most."""
    key = key_of(company, files=False)
    before = stamp(company, key)
    add_note(company, key, NOW, "Paid via Wise", user="Ana Lee")
    add_note(company, key, NOW, "Reminder sent")
    notes = [(entry["Details"], entry["User"]) for entry in told(client, key) if entry["Changes"] == "Note"]
    assert notes == [("Paid via Wise", "Ana Lee"), ("Reminder sent", "System Generated")]
    assert stamp(company, key) == before
    with pytest.raises(EditRefused, match="250"):
        add_note(company, key, NOW, "x" * 251)


def test_what_xero_refuses_is_refused(company: Company) -> None:
    """developer.xero.com, Attachments: ten files for a record."""
    key = key_of(company, files=False, Type="ACCPAY")
    for number in range(10):
        attach(company, "Invoices", key, NOW, name=f"{number}.txt", content=b"x")
    with pytest.raises(EditRefused, match="ten"):
        attach(company, "Invoices", key, NOW, name="11.txt", content=b"x")
    with pytest.raises(EditRefused, match="no file"):
        detach(company, "Invoices", key, NOW, name="11.txt")
    with pytest.raises(EditRefused, match="Payments"):
        attach(company, "Payments", key, NOW, name="1.txt", content=b"x")
