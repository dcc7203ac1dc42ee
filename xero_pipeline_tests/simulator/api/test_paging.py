"""Pages and changed-since lists of the simulated Accounting API."""

from __future__ import annotations

import datetime as dt

import httpx
import pytest

from xero_pipeline_tests.simulator.helpers import Clock, TinySimulator, identity, ids, invoice, let_in, wire
from xero_simulator.simulator import Simulator

DAY = dt.date(2026, 2, 1)


@pytest.fixture
def simulator() -> TinySimulator:
    simulator = TinySimulator(clock=Clock(), limits=None)
    simulator.tiny.tables["Invoices"] = [invoice(number) for number in range(250, 0, -1)]
    return simulator


@pytest.fixture
def client(simulator: Simulator) -> httpx.Client:
    return let_in(simulator)


def test_a_page_has_whole_records_and_says_where_it_stands(client: httpx.Client) -> None:
    answer = client.get("/Invoices", params={"page": "3"}).json()
    assert answer["pagination"] == {"page": 3, "pageSize": 100, "pageCount": 3, "itemCount": 250}
    assert len(answer["Invoices"]) == 50
    assert all(record["LineItems"] for record in answer["Invoices"])


@pytest.mark.parametrize(("asked", "given"), [("5000", 1000), ("1000", 1000), ("0", 1), ("-3", 1), ("7", 7)])
def test_page_size_is_clamped(client: httpx.Client, asked: str, given: int) -> None:
    answer = client.get("/Invoices", params={"page": "1", "pageSize": asked}).json()
    assert answer["pagination"]["pageSize"] == given
    assert len(answer["Invoices"]) == min(given, 250)


def test_page_size_means_nothing_without_a_page(client: httpx.Client) -> None:
    answer = client.get("/Invoices", params={"pageSize": "10"}).json()
    assert "pagination" not in answer
    assert len(answer["Invoices"]) == 250


@pytest.mark.parametrize("size", [1, 7, 100, 249, 250, 251, 1000])
def test_pages_hold_every_record_once_in_order_of_change(client: httpx.Client, size: int) -> None:
    seen: list[int] = []
    count, page = 1, 0
    while page < count:
        page += 1
        answer = client.get("/Invoices", params={"page": str(page), "pageSize": str(size)})
        count = answer.json()["pagination"]["pageCount"]
        seen += ids(answer)
    expected = sorted(range(1, 251), key=lambda number: (number % 60, number))
    assert seen == expected


def test_a_page_behind_the_last_is_empty(client: httpx.Client) -> None:
    answer = client.get("/Invoices", params={"page": "9"})
    assert answer.json()["Invoices"] == []
    assert answer.json()["pagination"]["itemCount"] == 250


def test_a_page_that_is_no_number_is_refused(client: httpx.Client) -> None:
    answer = client.get("/Invoices", params={"page": "one"})
    assert (answer.status_code, answer.json()["Type"]) == (400, "ValidationException")


def test_an_unpaged_list_comes_without_lines(client: httpx.Client) -> None:
    assert all(record["LineItems"] == [] for record in client.get("/Invoices").json()["Invoices"])


def test_modified_since_compares_whole_seconds_and_includes_the_moment(client: httpx.Client) -> None:
    for header, first in (("2026-02-28T00:00:58", 58), ("2026-02-28T00:00:58.900", 58), ("2026-02-28T00:00:59", 118)):
        answer = client.get("/Invoices", params={"page": "1"}, headers={"If-Modified-Since": header})
        assert ids(answer)[0] == first


def test_modified_since_with_nothing_new_is_an_empty_list(client: httpx.Client) -> None:
    answer = client.get("/Invoices", headers={"If-Modified-Since": "2026-03-10T00:00:00"})
    assert ids(answer) == []


def test_too_many_matches_are_refused_until_a_filter_narrows_them() -> None:
    simulator = TinySimulator(clock=Clock(), limits=None, max_matching=10)
    simulator.tiny.tables["Invoices"] = [invoice(number) for number in range(11)]
    client = let_in(simulator)
    assert client.get("/Invoices", params={"page": "1"}).status_code == 400
    assert len(ids(client.get("/Invoices", params={"page": "1", "where": 'Type=="ACCREC"'}))) == 5


def test_an_endpoint_without_paging_returns_everything_whatever_the_page(simulator: TinySimulator) -> None:
    simulator.tiny.tables["Accounts"] = [
        {"AccountID": identity(n), "Code": str(n), "UpdatedDateUTC": wire(DAY)} for n in range(150)
    ]
    answer = let_in(simulator).get("/Accounts", params={"page": "2", "pageSize": "10"}).json()
    assert len(answer["Accounts"]) == 150
    assert "pagination" not in answer


def test_purchase_orders_are_always_paged(simulator: TinySimulator) -> None:
    simulator.tiny.tables["PurchaseOrders"] = [
        {"PurchaseOrderID": identity(n), "Date": wire(DAY), "UpdatedDateUTC": wire(DAY, n)} for n in range(150)
    ]
    client = let_in(simulator)
    answer = client.get("/PurchaseOrders").json()
    assert answer["pagination"] == {"page": 1, "pageSize": 100, "pageCount": 2, "itemCount": 150}
    assert len(client.get("/PurchaseOrders", params={"DateFrom": "2026-02-02"}).json()["PurchaseOrders"]) == 0
    assert client.get("/PurchaseOrders", params={"DateTo": "2026-02-01"}).json()["pagination"]["itemCount"] == 150


def test_linked_transactions_come_by_the_hundred_and_quotes_without_a_pagination_object(
    simulator: TinySimulator,
) -> None:
    simulator.tiny.tables["LinkedTransactions"] = [{"LinkedTransactionID": identity(n)} for n in range(150)]
    simulator.tiny.tables["Quotes"] = [{"QuoteID": identity(n), "UpdatedDateUTC": wire(DAY, n)} for n in range(150)]
    client = let_in(simulator)
    for path, sizes in (("LinkedTransactions", (100, 50, 0)), ("Quotes", (120, 30, 0))):
        for page, size in enumerate(sizes, start=1):
            answer = client.get(f"/{path}", params={"page": str(page), "pageSize": "120"}).json()
            assert len(answer[path]) == size
            assert "pagination" not in answer
