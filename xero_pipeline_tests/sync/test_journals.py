"""Real journals: every one once, whatever ends the process, and on from the last one."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from itertools import pairwise

import pytest

from xero_pipeline.errors import BudgetReached, MissingScope
from xero_pipeline.sync.estimate.calls import Known, calls_to_read
from xero_pipeline.sync.incremental_sync import sync_collection
from xero_pipeline.sync.page_batches import PAGES_PER_MERGE
from xero_pipeline.sync.read_plan import CUT_IS_OLD
from xero_pipeline.xero.endpoints import endpoint
from xero_pipeline_tests.simulator.helpers import ALL_SCOPES, let_in
from xero_pipeline_tests.sync.conftest import OURS, TENANT, Xero, uid
from xero_pipeline_tests.sync.desk import Desk
from xero_simulator.api.catalogue import grantable_scopes
from xero_simulator.edits import documents, records

JOURNALS = endpoint("journals")
SUMS = """
select l.account_id, j.journal_date as day, sum(l.net_amount) as net from xero.journals as j
join xero.journal_lines as l on l.tenant_id = j.tenant_id and l.journal_id = j.journal_id
where j.tenant_id = :t and not j.is_deleted and not l.is_deleted group by 1, 2 having sum(l.net_amount) <> 0
"""


class LedgerDesk(Desk):
    """A desk whose app may read journals."""

    def _let_in(self):
        client = let_in(self, sorted(grantable_scopes(advanced=True)))
        self.token = client.headers["Authorization"].removeprefix("Bearer ")

    @property
    def asked(self):
        return [int(request.query["offset"]) for request in self.requests if "offset" in request.query]

    def numbers(self):
        sql = "select journal_number as n from xero.journals where tenant_id = :t order by 1"
        return self.warehouse.query(sql, {"t": self.tenant_id}).column("n").to_pylist()

    def sums(self):
        rows = self.warehouse.query(SUMS, {"t": self.tenant_id}).to_pylist()
        return {(row["account_id"], row["day"]): row["net"] for row in rows}

    def posted(self):
        totals = defaultdict(Decimal)
        for posting in self.books.postings:
            totals[posting.account_id, posting.date] += posting.net_amount
        return {key: total for key, total in totals.items() if total}

    def cut(self):
        found = self.warehouse.query("select * from xero.reads where endpoint = 'journals'").to_pylist()
        return found[0] if found else None

    def cursor(self):
        return self.warehouse.cursor(self.tenant_id, "journals")

    def work(self):
        """An invoice is added, another edited, a journal voided: one journal more, two, and one."""
        new = documents.add_invoice(self.books, self.now())
        documents.edit_invoice(self.books, self.edited, self.now(), add=99)
        self.edited = new["InvoiceID"]
        posted = next(row for row in self.books.records("ManualJournals") if row["Status"] == "POSTED")
        records.void_journal(self.books, posted["ManualJournalID"], self.now())


def untouched(books):
    """The id of an invoice that nothing was paid of."""
    rows = books.records("Invoices")
    return next(row["InvoiceID"] for row in rows if row["Status"] == "AUTHORISED" and row["AmountDue"] == row["Total"])


@pytest.fixture
def desk(warehouse, monkeypatch):
    """Two hundred journals, of which twenty come in an answer at most."""
    monkeypatch.setattr("xero_simulator.api.journals._MOST", 20)
    one = LedgerDesk(advanced=True)
    one.warehouse = warehouse
    one.edited = untouched(one.open())
    return one


def test_all_journals_come_and_add_up_to_what_the_books_post(desk):
    outcome = desk.sync("journals")
    assert desk.numbers() == list(range(1, outcome.records + 1))
    assert desk.sums() == desk.posted()
    assert (outcome.calls, outcome.description, desk.cursor().records) == (len(desk.asked), None, outcome.records)
    assert desk.asked == sorted(set(desk.asked))
    tables = {name: merged.inserted for name, merged in outcome.tables.items()}
    assert tables["journals"] == outcome.records
    assert tables["journal_lines"] > 2 * outcome.records
    assert tables["journal_line_tracking"] > 0
    assert desk.cut() is None


def test_the_next_sync_brings_only_what_was_posted_since(desk):
    before = desk.sync("journals").records
    desk.requests.clear()
    assert desk.sync("journals").records == 0
    assert desk.asked == [before]
    desk.work()
    outcome = desk.sync("journals")
    merged = outcome.tables["journals"]
    assert (outcome.records, merged.inserted, merged.updated) == (4, 4, 0)
    assert (outcome.calls, outcome.description) == (2, f"behind number {before}")
    assert desk.sums() == desk.posted()
    assert desk.numbers() == list(range(1, before + 5))


def test_a_journal_whose_id_was_damaged_once_is_gone_when_its_number_comes_with_the_right_one(desk):
    """What `make prove` found: nothing else would ever compare a numbered record with the whole list."""
    count = desk.sync("journals").records
    with desk.warehouse.writing() as connection:
        connection.exec_driver_sql("update xero.journals set journal_id = '-1' where journal_number = 7")
    desk.later(minutes=1)
    assert desk.sync("journals", full=True).tables["journals"].removed == 1
    living = desk.warehouse.query("select count(*) as n from xero.journals where not is_deleted").to_pylist()
    assert living == [{"n": count}]
    assert desk.sums() == desk.posted()


@pytest.mark.parametrize("calls", [PAGES_PER_MERGE + 1, PAGES_PER_MERGE + 3])
def test_a_process_that_is_killed_loses_nothing_and_reads_again_only_what_it_had_not_kept(desk, calls):
    while desk.cursor() is None:
        kept = len(desk.numbers())
        with desk.cut_after(calls):
            desk.sync("journals")
        assert len(desk.numbers()) > kept
        desk.later(days=CUT_IS_OLD.days + 1)
    assert max(Counter(desk.asked).values()) <= 2, "never what was committed"
    assert desk.numbers() == list(range(1, desk.cursor().records + 1))
    assert desk.sums() == desk.posted()


@pytest.mark.parametrize("calls", [1, 3, 7])
def test_what_does_not_fit_into_a_budget_goes_on_where_it_stopped_and_nothing_is_read_twice(desk, calls):
    desk.work()
    while desk.cursor() is None:
        stopped = BudgetReached("No more.", resume_at=desk.now())
        with desk.cut_after(calls, ending=stopped):
            desk.sync("journals", calls_left=lambda: desk.calls_left)
        assert stopped.progressed or desk.cursor()
        desk.later(hours=1)
    assert all(one < other for one, other in pairwise(desk.asked)), desk.asked
    assert desk.cursor().records == len(desk.numbers())
    assert desk.sums() == desk.posted()


def test_changes_that_are_cut_go_on_too(desk):
    last = desk.sync("journals").records
    for _ in range(70):
        documents.add_invoice(desk.books, desk.now())
    desk.requests.clear()
    with desk.cut_after(2, ending=(stopped := BudgetReached("No more.", resume_at=desk.now()))):
        desk.sync("journals")
    assert stopped.progressed
    assert desk.cut() is None, "the rows say how far it is"
    outcome = desk.sync("journals")
    assert outcome.description != f"behind number {last}"
    assert all(one < other for one, other in pairwise(desk.asked))
    assert desk.sums() == desk.posted()


def test_a_full_read_that_was_cut_goes_on_as_one_and_changes_nothing(desk):
    desk.sync("journals")
    desk.work()
    with desk.cut_after(PAGES_PER_MERGE + 2):
        desk.sync("journals", full=True)
    reached = desk.cut()["read_to"]
    assert 0 < reached < desk.cursor().records
    desk.requests.clear()
    outcome = desk.sync("journals")
    assert (desk.asked[0], outcome.description) == (reached, None)
    assert (outcome.tables["journals"].updated, outcome.tables["journals"].inserted) == (0, 4)
    assert desk.cursor().records == outcome.records == len(desk.numbers())
    assert desk.cut() is None
    desk.requests.clear()
    desk.sync("journals")
    assert desk.asked == [len(desk.numbers())]
    desk.requests.clear()
    desk.sync("journals", full=True)
    assert desk.asked[0] == 0


def test_a_plan_knows_what_is_there_and_counts_what_is_new_with_the_empty_answer_behind_it(desk):
    def planned():
        known = Known(desk.warehouse, desk.tenant_id, ["journals"])
        records = known.records("journals")
        return records, calls_to_read(JOURNALS, records, changes=known.read_before(JOURNALS))

    assert planned() == (None, None), "Xero does not tell how many there are"
    records = desk.sync("journals").records
    desk.work()
    assert planned() == (records, desk.sync("journals").calls)


def test_a_consent_without_the_scope_says_what_to_do(desk):
    desk.token = let_in(desk, ALL_SCOPES, "another-app").headers["Authorization"].removeprefix("Bearer ")
    with pytest.raises(MissingScope, match=r"accounting\.journals\.read.*xero-pipeline connect"):
        desk.sync("journals")


class Book(Xero):
    """Answers what is behind a number."""

    def __init__(self, **records):
        super().__init__("Journals", "JournalID")
        self.records, self.asked = records, []

    def __call__(self, request):
        self.asked.append(int(request.url.params["offset"]))
        self.put([one for one in self.records.items() if one[1]["JournalNumber"] > self.asked[-1]])
        return super().__call__(request)


def test_a_journal_that_cannot_be_read_is_asked_for_again_as_long_as_it_is_the_last(warehouse, talk):
    def read():
        tally, client = talk(xero)
        return sync_collection(client, warehouse, TENANT, JOURNALS, tally=tally, now=lambda: OURS)

    days = {"one": "/Date(0)/", "two": "/Date(86400000)/", "three": "soon"}
    xero = Book(**{name: {"JournalNumber": n, "JournalDate": day} for n, (name, day) in enumerate(days.items(), 1)})
    assert read().quarantined == {uid("three")}
    assert warehouse.query("select max(journal_number) as n from xero.journals").to_pylist() == [{"n": 2}]
    xero.records["three"]["JournalDate"] = "/Date(0)/"
    xero.asked.clear()
    assert (read().records, xero.asked) == (1, [2, 3])
