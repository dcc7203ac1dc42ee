"""The journals of the simulated Xero: what the books post, numbered once and for all."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from xero_pipeline.xero.values import loads
from xero_pipeline_tests.simulator.helpers import ALL_SCOPES, Clock, authorize_address, let_in
from xero_simulator.api.catalogue import grantable_scopes
from xero_simulator.company import Company
from xero_simulator.config import BooksConfig
from xero_simulator.edits import documents, records, silent_changes
from xero_simulator.edits.working_copy import EditRefused
from xero_simulator.simulator import Simulator
from xero_simulator.values.days import day_of_wire

EVERYTHING = sorted(grantable_scopes(advanced=True))
CONFIG = BooksConfig(today=dt.date(2026, 3, 9), invoices=240, months=3, organisations=2)
SOURCE_TYPES = {
    *("ACCREC", "ACCPAY", "ACCRECCREDIT", "ACCPAYCREDIT", "ACCRECPAYMENT", "ACCPAYPAYMENT", "ARCREDITPAYMENT"),
    *("APCREDITPAYMENT", "CASHREC", "CASHPAID", "TRANSFER", "ARPREPAYMENT", "APPREPAYMENT", "AROVERPAYMENT"),
    *("APOVERPAYMENT", "MANJOURNAL"),
}
Record = Mapping[str, Any]


class Office:
    """A simulator, its clock, and a client that may read journals."""

    def __init__(self, store: Path | None = None, **given: Any) -> None:
        self.clock = Clock()
        self.simulator = Simulator(CONFIG, store, self.clock, limits=None, advanced=True, **given)
        self.client = let_in(self.simulator, EVERYTHING)
        self.tenant_id = self.simulator.organisations()[0].tenant_id

    @property
    def books(self) -> Company:
        return self.simulator.company(self.tenant_id)

    @property
    def at(self) -> dt.datetime:
        self.clock.now += 60
        return dt.datetime.fromtimestamp(self.clock.now, dt.UTC)

    def page(self, offset: int = 0, **headers: str) -> list[Record]:
        return journals(self.client.get("/Journals", params={"offset": str(offset)}, headers=headers))

    def all(self) -> list[Record]:
        found: list[Record] = []
        while page := self.page(found[-1]["JournalNumber"] if found else 0):
            found += page
        return found


@pytest.fixture
def office() -> Office:
    return Office()


def journals(answer: httpx.Response) -> list[Record]:
    assert answer.status_code == 200, answer.text
    return loads(answer.content)["Journals"]


def sums(found: Sequence[Record]) -> dict[tuple[str, dt.date], Decimal]:
    totals: dict[tuple[str, dt.date], Decimal] = defaultdict(Decimal)
    for journal in found:
        for line in journal["JournalLines"]:
            totals[line["AccountID"], day_of_wire(journal["JournalDate"])] += line["NetAmount"]
    return {key: total for key, total in totals.items() if total}


def posted(books: Company) -> dict[tuple[str, dt.date], Decimal]:
    totals: dict[tuple[str, dt.date], Decimal] = defaultdict(Decimal)
    for posting in books.postings:
        totals[posting.account_id, posting.date] += posting.net_amount
    return {key: total for key, total in totals.items() if total}


def work(books: Company, chance: random.Random, at: dt.datetime) -> None:
    """One edit at random; what Xero would refuse is not done."""
    invoice = chance.choice(list(books.bench.tables["Invoices"]))
    payment = chance.choice(list(books.bench.tables["Payments"]))
    manual = chance.choice(list(books.bench.tables["ManualJournals"]))
    ways = (
        lambda: documents.edit_invoice(books, invoice, at, add=chance.randint(1, 9_999)),
        lambda: documents.void_invoice(books, invoice, at),
        lambda: documents.add_invoice(books, at, kind=chance.choice(["ACCREC", "ACCPAY"])),
        lambda: documents.add_payment(books, invoice, at),
        lambda: documents.delete_payment(books, payment, at),
        lambda: records.void_journal(books, manual, at),
        lambda: silent_changes.rebook_line(books, invoice, "260"),
    )
    try:
        chance.choice(ways)()
    except EditRefused:
        documents.edit_invoice(books, None, at)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_edited_the_journals_add_up_to_what_the_books_post(office: Office, seed: int) -> None:
    chance, before = random.Random(seed), office.all()
    assert sums(before) == posted(office.books)
    for _ in range(4):
        for _ in range(5):
            work(office.books, chance, office.at)
        after = office.all()
        assert after[: len(before)] == before, "a journal never changes"
        assert [journal["JournalNumber"] for journal in after] == list(range(1, len(after) + 1))
        assert sums(after) == posted(office.books)
        before = after
    for journal in before:
        assert sum(line["NetAmount"] for line in journal["JournalLines"]) == 0


def test_the_first_journals_stand_in_the_order_of_their_days(office: Office) -> None:
    found = office.all()
    days = [day_of_wire(journal["JournalDate"]) for journal in found]
    stamps = [int(journal["CreatedDateUTC"][6:-7]) for journal in found]
    assert days == sorted(days)
    assert stamps == sorted(stamps)
    assert stamps[-1] <= office.clock.now * 1000
    assert {journal["SourceType"] for journal in found} <= SOURCE_TYPES
    assert len({journal["JournalID"] for journal in found}) == len(found)


def test_an_edit_posts_a_reversal_and_a_new_journal_of_the_same_source(office: Office) -> None:
    first = office.all()
    rows = office.books.records("Invoices")
    invoice = next(row for row in rows if row["Status"] == "AUTHORISED" and row["AmountDue"] == row["Total"])
    (old,) = [journal for journal in first if journal["SourceID"] == invoice["InvoiceID"]]
    at = office.at
    documents.edit_invoice(office.books, invoice["InvoiceID"], at, add=10_000)
    reversal, new = office.page(first[-1]["JournalNumber"])
    for one in (reversal, new):
        assert [one[name] for name in ("JournalDate", "SourceID", "SourceType")] == [
            old[name] for name in ("JournalDate", "SourceID", "SourceType")
        ]
        assert one["CreatedDateUTC"] == f"/Date({int(at.timestamp() * 1000)}+0000)/"
    amounts = [[line["NetAmount"] for line in one["JournalLines"]] for one in (old, reversal, new)]
    assert amounts[1] == [-amount for amount in amounts[0]]
    assert amounts[2] != amounts[0]
    documents.void_invoice(office.books, invoice["InvoiceID"], office.at)
    (undone,) = office.page(new["JournalNumber"])
    assert [line["NetAmount"] for line in undone["JournalLines"]] == [-amount for amount in amounts[2]]


def test_a_new_name_of_an_account_posts_nothing_and_old_journals_keep_the_old_one(office: Office) -> None:
    before = office.all()
    records.rename_account(office.books, office.books.bench.account_id("200"), office.at, name="Shop sales")
    assert office.all() == before
    documents.add_invoice(office.books, office.at)
    (new,) = office.page(before[-1]["JournalNumber"])
    assert "Shop sales" in {line["AccountName"] for line in new["JournalLines"]}


def test_a_line_has_its_account_tax_and_tracking(office: Office) -> None:
    lines = [(journal, line) for journal in office.all() for line in journal["JournalLines"]]
    for _, line in lines:
        account = office.books.bench.tables["Accounts"][line["AccountID"]]
        told = (line["AccountCode"], line["AccountType"], line["AccountName"])
        assert told == (account["Code"], account["Type"], account["Name"])
        assert line["GrossAmount"] == line["NetAmount"] + line["TaxAmount"]
    taxed = [(journal, line) for journal, line in lines if line["TaxAmount"] and journal["SourceType"] == "ACCREC"]
    for journal, line in taxed:
        lines_of_it = office.books.bench.tables["Invoices"][journal["SourceID"]]["LineItems"]
        assert (line["TaxType"], line["Description"]) in {(one["TaxType"], one["Description"]) for one in lines_of_it}
        assert line["TaxName"]
    assert taxed
    tracked = [option for _, line in lines for option in line["TrackingCategories"]]
    assert {option["Name"] for option in tracked} == {"Region", "Department"}
    assert all(set(option) == {"Name", "Option", "TrackingCategoryID", "TrackingOptionID"} for option in tracked)


def test_at_most_a_hundred_come_and_a_page_that_is_not_full_need_not_be_the_last(office: Office) -> None:
    assert [len(office.page(offset)) for offset in (0, 100, 200)] == [100, 99, 100]
    last = len(office.all())
    assert office.page(last) == []
    assert [journal["JournalNumber"] for journal in office.page(last - 3)] == [last - 2, last - 1, last]


def test_a_single_journal_is_found_by_id_and_by_number_and_does_not_tell_its_source(office: Office) -> None:
    listed = office.page()[41]
    for name in (listed["JournalID"], listed["JournalID"].upper(), "42"):
        (found,) = journals(office.client.get(f"/Journals/{name}"))
        assert found == {key: value for key, value in listed.items() if not key.startswith("Source")}
    assert office.client.get("/Journals/999999").status_code == 404


def test_changes_since_an_instant_are_those_posted_since(office: Office) -> None:
    last = office.all()[-1]["JournalNumber"]
    at = office.at
    documents.add_invoice(office.books, at)
    since = at.strftime("%Y-%m-%dT%H:%M:%S")
    assert [one["JournalNumber"] for one in office.page(0, **{"If-Modified-Since": since})] == [last + 1]


@pytest.mark.parametrize("params", [{"offset": "ten"}, {"paymentsOnly": "true"}])
def test_what_cannot_be_answered_is_refused(office: Office, params: dict[str, str]) -> None:
    assert office.client.get("/Journals", params=params).status_code == 400


def test_numbers_are_the_same_in_every_process_and_on_every_day(tmp_path: Path) -> None:
    one, other = (Office(tmp_path / "store.sqlite", follow_clock=True) for _ in range(2))
    first = one.all()
    assert other.all() == first
    documents.add_invoice(one.books, one.at)
    assert [journal["JournalNumber"] for journal in one.all()][len(first) :] == [len(first) + 1]
    # The other process does not know of the edit: for its books the invoice is gone.
    other.clock.now += 5 * 86_400
    other.client = let_in(other.simulator, EVERYTHING)
    later = other.all()
    assert later[: len(first)] == first
    assert sums(later) == posted(other.books)
    assert other.books.today > CONFIG.today


def test_journals_want_their_own_scope(office: Office) -> None:
    answer = let_in(office.simulator, ALL_SCOPES, "another-app").get("/Journals")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "insufficient_scope")


def test_an_app_of_a_lower_tier_is_refused_the_whole_consent() -> None:
    free = Simulator(CONFIG, clock=Clock(), limits=None)
    page = let_in(free).get(authorize_address(scopes=[*ALL_SCOPES, "accounting.journals.read"]))
    assert page.status_code == 400
    assert "Invalid scope for client: accounting.journals.read" in page.text
