"""Syncing again costs little and changes nothing."""

from __future__ import annotations

from collections import Counter

from xero_pipeline_tests.journeys.home import Home
from xero_pipeline_tests.journeys.truth import kept, truth
from xero_pipeline_tests.journeys.watched import Watched

INCREMENTAL = {
    "Accounts", "BankTransactions", "BatchPayments", "Contacts", "CreditNotes", "Invoices", "Items", "ManualJournals",
    "Overpayments", "Payments", "Prepayments", "PurchaseOrders", "Quotes", "Users",
}  # fmt: skip


def test_a_second_sync_asks_each_incremental_endpoint_once_and_touches_no_row(home: Home, xero: Watched) -> None:
    with truth(xero.url) as told:
        assert kept(home) == told.facts()
    before = home.checksums()
    with xero.looking() as seen:
        done = home.sync()
    assert done.code == 0, done.said
    assert Counter(one.path for one in seen if one.since) == dict.fromkeys(INCREMENTAL, 1)
    assert {one.path for one in seen if not one.since}.isdisjoint(INCREMENTAL)
    assert not [one.path for one in seen if one.path.startswith("Reports/")]
    assert home.checksums() == before
