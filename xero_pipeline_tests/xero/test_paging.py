from __future__ import annotations

import threading
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest

from xero_pipeline.errors import AccessRefused, RequestRefused, UnreadableAnswer
from xero_pipeline.xero.endpoints import catalogue, endpoint
from xero_pipeline.xero.pagination import paginate
from xero_pipeline_tests.xero.fakes import TENANT, App, client_of, envelope, good

INVOICES, QUOTES = endpoint("invoices"), endpoint("quotes")


class Lists(App):
    """Serves one list: with Xero's account of its pages or without, or ignoring pages altogether."""

    def __init__(self, row, count, *, page_size=10, tells=True, pages=True):
        super().__init__()
        self.row, self.page_size, self.tells, self.pages = row, page_size, tells, pages
        self.records = [dict.fromkeys(row.key or ("Enabled",), f"id-{number}") for number in range(count)]
        self.at_page = {}

    def answer(self, request):
        query = {name: values[0] for name, values in parse_qs(urlsplit(str(request.url)).query).items()}
        number = int(query.get("page", "1"))
        if number in self.at_page:
            found = self.at_page[number](request)
            if found is not None:
                return found
        if not self.pages:
            return good(envelope(self.row.wrapper, self.records))
        part = self.records[(number - 1) * self.page_size : number * self.page_size]
        return good(envelope(self.row.wrapper, part, **self.account(number)))

    def account(self, number):
        count = -(-len(self.records) // self.page_size)
        found = {"page": number, "pageSize": self.page_size, "pageCount": count, "itemCount": len(self.records)}
        return {"pagination": found} if self.tells else {}


@pytest.fixture
def client(engine, clock):
    made = []

    def make(app):
        made.append(client_of(app, engine, clock, per_minute=100_000))
        return made[-1]

    yield make
    for one in made:
        one.close()


def ids(pages, row):
    found = [record for page in pages for record in msgspec.json.decode(page.answer.body)[row.wrapper]]
    return [record[row.key[0]] for record in found]


def everything(app):
    return [record[app.row.key[0]] for record in app.records]


@pytest.mark.parametrize("count", [0, 1, 10, 11, 95])
def test_every_page_of_a_list_at_rest_comes_once(client, count):
    app = Lists(INVOICES, count)
    pages = list(paginate(client(app), TENANT, INVOICES))
    assert sorted(ids(pages, INVOICES)) == sorted(everything(app))
    assert [page.number for page in pages] == list(range(1, max(1, -(-count // 10)) + 1))
    assert {page.total_pages for page in pages} == {len(pages)}
    assert len(app.requests) == len(pages)
    assert not any(page.list_changed for page in pages)


def test_a_page_asks_for_all_that_the_catalogue_says_and_for_changes_since(client):
    app = Lists(INVOICES, 3)
    list(paginate(client(app), TENANT, INVOICES, modified_since=datetime(2026, 5, 1, tzinfo=UTC)))
    assert app.paths == ["Invoices?page=1&pageSize=1000&unitdp=4&includeArchived=true"]
    assert app.requests[0].headers["If-Modified-Since"] == "2026-05-01T00:00:00"


@pytest.mark.parametrize("row", [row for row in catalogue() if row.modified_since], ids=lambda row: row.table)
def test_a_second_run_without_changes_is_one_call(client, row):
    app = Lists(row, 0, tells=row.paging == "pages")
    (page,) = paginate(client(app), TENANT, row, modified_since=datetime(2026, 5, 1, tzinfo=UTC))
    assert page.answer.server_time == datetime(2015, 8, 13, 2, 52, 36, 790_000, tzinfo=UTC)
    assert len(app.requests) == 1


def test_a_collection_that_does_not_know_changes_is_read_whole(client):
    row = endpoint("tax_rates")
    app = Lists(row, 2)
    (page,) = paginate(client(app), TENANT, row, modified_since=datetime(2026, 5, 1, tzinfo=UTC))
    assert (page.number, page.total_pages) == (1, 1)
    assert app.paths == ["TaxRates"]
    assert "If-Modified-Since" not in app.requests[0].headers


@pytest.mark.parametrize(("count", "asked"), [(0, [1]), (1, [1, 2]), (10, [1, 2]), (25, [1, 2, 3, 4, 3, 2, 1])])
def test_a_list_that_does_not_tell_its_end_is_read_to_an_empty_page_and_back(client, count, asked):
    app = Lists(QUOTES, count, tells=False)
    pages = list(paginate(client(app), TENANT, QUOTES))
    assert sorted(set(ids(pages, QUOTES))) == sorted(everything(app))
    assert [int(request.url.params["page"]) for request in app.requests] == asked
    assert [page.number for page in pages] == list(range(1, len(pages) + 1))
    assert {(page.total_pages, page.list_changed) for page in pages} == {(None, False)}


@pytest.mark.parametrize("row", [QUOTES, endpoint("linked_transactions")], ids=lambda row: row.table)
def test_a_page_that_may_be_full_is_read_again_after_the_end_was_seen(client, row):
    app = Lists(row, 100, tells=False, page_size=100)
    list(paginate(client(app), TENANT, row))
    assert [int(request.url.params["page"]) for request in app.requests] == [1, 2, 1]


def test_a_short_page_is_not_the_end(client):
    app = Lists(QUOTES, 0, tells=False)
    for number, name in ((1, "a"), (2, "b")):
        app.at_page[number] = lambda _, name=name: good(envelope("Quotes", [{"QuoteID": name}]))
    assert set(ids(paginate(client(app), TENANT, QUOTES), QUOTES)) == {"a", "b"}


def test_a_list_that_ignores_pages_does_not_go_on_for_ever(client):
    app = Lists(QUOTES, 5, tells=False, pages=False)
    with pytest.raises(UnreadableAnswer, match="page 2 begins as page 1"):
        list(paginate(client(app), TENANT, QUOTES))


def test_a_list_that_tells_its_end_after_all_needs_no_empty_page(client):
    app = Lists(QUOTES, 10)
    list(paginate(client(app), TENANT, QUOTES))
    assert len(app.requests) == 1


def test_never_more_calls_at_once_than_workers(client):
    app = Lists(INVOICES, 300)
    busy = threading.Barrier(3, timeout=10)

    def meet(_):
        busy.wait()  # three calls must be under way together, or the barrier breaks

    for number in (10, 20, 30):  # where the three strips begin
        app.at_page[number] = meet
    pages = list(paginate(client(app), TENANT, INVOICES, workers=3))
    assert len(pages) == 30
    assert app.most_in_flight == 3


def test_never_more_pages_ahead_of_the_consumer_than_workers(client):
    app = Lists(INVOICES, 300)
    ahead = []
    for page in paginate(client(app), TENANT, INVOICES, workers=3):
        ahead.append(len(app.requests) - page.number)
    assert max(ahead) <= 3


def test_a_failing_page_ends_the_reading_after_the_pages_before_it(client):
    app = Lists(INVOICES, 1000)
    app.at_page[99] = lambda _: httpx.Response(403, json={"Detail": "no role"})
    seen = []
    with pytest.raises(AccessRefused):
        for page in paginate(client(app), TENANT, INVOICES, workers=2):
            seen.append(page.answer.pagination.page)
    assert seen == [1, 50, 100, 49]
    assert len(app.requests) < 10


def test_a_consumer_that_stops_early_stops_the_calls_and_the_threads(client):
    app = Lists(INVOICES, 1000)
    pages = paginate(client(app), TENANT, INVOICES, workers=2)
    next(pages)
    next(pages)
    pages.close()
    asked = len(app.requests)
    assert asked <= 5
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("xero-page")]


def test_a_list_without_stamps_that_changes_while_it_is_read_is_told_on_the_last_page(client):
    app = Lists(INVOICES, 40)

    def grow(_):
        app.records.append({"InvoiceID": "new"})

    app.at_page[3] = grow
    pages = list(paginate(client(app), TENANT, INVOICES, workers=1))
    assert [page.list_changed for page in pages] == [False, False, False, True]


def test_an_answer_without_its_list_is_unreadable(client):
    app = Lists(INVOICES, 1)
    app.at_page[1] = lambda _: good(b'{"Status":"OK","Contacts":[]}')
    with pytest.raises(UnreadableAnswer, match="no 'Invoices'"):
        list(paginate(client(app), TENANT, INVOICES))


VOLUME = "Your request is not filtering Invoices efficiently, given the extremely high volume for this organisation."


@pytest.mark.parametrize(
    ("body", "is_about_it"),
    [
        # What Xero says: XeroAPI/Xero-NetStandard#604, XeroAPI/xero-python#148, XeroAPI/xero-php-oauth2-app#31.
        (f'{{"ErrorNumber":51,"Type":"HighVolumeException","Message":"{VOLUME}"}}', True),
        ('{"errorNumber":51,"message":"Other words"}', True),
        ('{"Type":"HighVolumeException","Message":"Other words"}', True),
        (f"<ApiException><Message>{VOLUME}</Message></ApiException>", True),
        (VOLUME, True),
        ('{"ErrorNumber":16,"Type":"QueryParseException","Message":"No property Foo"}', False),
        ('{"ErrorNumber":10,"Message":"A validation exception occurred","Elements":[]}', False),
        ("", False),
        ("51", False),
    ],
)
def test_only_a_list_that_is_refused_for_its_length_says_so(client, body, is_about_it):
    app = Lists(INVOICES, 1)
    app.at_page[1] = lambda _: httpx.Response(400, content=body.encode())
    with pytest.raises(RequestRefused) as refused:
        list(paginate(client(app), TENANT, INVOICES))
    assert ("100,000 records" in refused.value.message) is is_about_it


class Budgets(App):
    def __init__(self, *names):
        super().__init__()
        self.names = names

    def answer(self, request):
        *_, name = request.url.path.split("/")
        if name == "Budgets":
            return good(envelope("Budgets", [{"BudgetID": one} for one in self.names]))
        return good(envelope("Budgets", [{"BudgetID": name, "BudgetLines": [{"AccountID": "x"}]}]))


def test_budgets_come_each_with_its_lines_of_two_years(client):
    app = Budgets("b1", "b2", "b3")
    pages = list(paginate(client(app), TENANT, endpoint("budgets")))
    assert ids(pages, endpoint("budgets")) == ["b1", "b2", "b3"]
    assert all(b"BudgetLines" in page.answer.body for page in pages)
    assert [(page.number, page.total_pages) for page in pages] == [(1, 3), (2, 3), (3, 3)]
    # The fake's clock says August 2015.
    assert sorted(app.paths)[1] == "Budgets/b1?DateFrom=2014-08-01&DateTo=2016-07-31"


def test_no_budgets_are_one_empty_page(client):
    app = Budgets()
    (page,) = paginate(client(app), TENANT, endpoint("budgets"))
    assert ids([page], endpoint("budgets")) == []
    assert len(app.requests) == 1


def test_a_hundred_thousand_invoices_are_a_hundred_calls(client):
    app = Lists(INVOICES, 100_000, page_size=1000)
    pages = list(paginate(client(app), TENANT, INVOICES))
    assert len(app.requests) == 100
    assert len(set(ids(pages, INVOICES))) == 100_000
