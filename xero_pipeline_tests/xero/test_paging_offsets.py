"""Journals are read by their numbers: to an empty answer, whatever gaps and short pages there are."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from xero_pipeline.errors import UnreadableAnswer, XeroUnavailable
from xero_pipeline.sync.estimate.calls import calls_to_read
from xero_pipeline.xero.endpoints import endpoint
from xero_pipeline.xero.pagination import paginate
from xero_pipeline_tests.xero.fakes import TENANT, App, client_of, envelope, good

JOURNALS = endpoint("journals")


class Book(App):
    """Journals with these numbers, so many a page."""

    def __init__(self, numbers, size=3):
        super().__init__()
        self.size, self.cut = size, {}
        self.records = [{"JournalID": f"id-{number}", "JournalNumber": number} for number in numbers]

    def answer(self, request):
        offset = self.offset(request)
        behind = [one for one in self.records if one["JournalNumber"] > offset]
        return good(envelope("Journals", behind[: self.cut.get(offset, self.size)]))

    @staticmethod
    def offset(request):
        return int(parse_qs(urlsplit(str(request.url)).query)["offset"][0])

    @property
    def asked(self):
        return [self.offset(request) for request in self.requests]


@pytest.fixture
def client(engine, clock):
    made = []

    def make(app):
        made.append(client_of(app, engine, clock, per_minute=100_000))
        return made[-1]

    yield make
    for one in made:
        one.close()


def numbers(pages):
    found = [record for page in pages for record in msgspec.json.decode(page.answer.body)["Journals"]]
    return [record["JournalNumber"] for record in found]


def test_each_call_asks_behind_the_last_number_until_nothing_comes(client):
    app = Book([1, 2, 5, 9, 10, 31, 32])
    pages = list(paginate(client(app), TENANT, JOURNALS))
    assert numbers(pages) == [1, 2, 5, 9, 10, 31, 32]
    assert app.asked == [0, 5, 31, 32]
    assert [(page.number, page.total_pages, page.read_to) for page in pages] == [
        (1, None, 5),
        (2, None, 31),
        (3, None, 32),
    ]
    assert set(app.paths) == {f"Journals?offset={offset}" for offset in app.asked}
    assert not any("If-Modified-Since" in request.headers for request in app.requests)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 9, 10])
def test_a_list_takes_the_calls_that_were_planned(client, count):
    app = Book(range(1, count + 1))
    list(paginate(client(app), TENANT, JOURNALS))
    assert calls_to_read(replace(JOURNALS, page_size=3), count, changes=False) == len(app.requests)


def test_a_page_that_is_not_full_is_not_the_end(client):
    app = Book(range(1, 8))
    app.cut = {0: 1, 4: 2}
    assert numbers(paginate(client(app), TENANT, JOURNALS)) == [1, 2, 3, 4, 5, 6, 7]


def test_it_goes_on_behind_a_number_and_nothing_new_is_one_call_and_an_empty_page(client):
    app = Book(range(1, 8))
    assert numbers(paginate(client(app), TENANT, JOURNALS, after=5)) == [6, 7]
    app.requests.clear()
    (page,) = paginate(client(app), TENANT, JOURNALS, after=7)
    assert (page.number, page.total_pages, page.read_to) == (1, 1, 7)
    assert app.asked == [7]


def test_journals_posted_while_they_are_read_come_too(client):
    app = Book([1, 2, 3, 4])
    pages = paginate(client(app), TENANT, JOURNALS)
    first = next(pages)
    app.records += [{"JournalID": "id-5", "JournalNumber": 5}, {"JournalID": "id-6", "JournalNumber": 6}]
    assert numbers([first, *pages]) == [1, 2, 3, 4, 5, 6]


def test_pages_before_a_failure_are_handed_out(client):
    app = Book(range(1, 8))
    pages = paginate(client(app), TENANT, JOURNALS)
    assert numbers([next(pages)]) == [1, 2, 3]
    app.script += [good(b"half an answ")] * 9
    with pytest.raises((UnreadableAnswer, XeroUnavailable)):
        next(pages)


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([[{"JournalNumber": 1}, {"JournalNumber": 2}]] * 2, "behind JournalNumber 2 came 1 to 2, out of their order"),
        ([[{"JournalNumber": 2}, {"JournalNumber": 1}]], "out of their order"),
        ([[{"JournalNumber": "one"}]], "no record's JournalNumber is a number"),
        ([[{"JournalID": "id-1"}]], "no record's JournalNumber is a number"),
    ],
    ids=["offset ignored", "not in order", "not a number", "without a number"],
)
def test_an_answer_that_would_lose_a_journal_or_never_end_is_refused(client, answers, said):
    app = App(*(good(envelope("Journals", records)) for records in answers))
    with pytest.raises(UnreadableAnswer, match=said):
        list(paginate(client(app), TENANT, JOURNALS))
