"""Syncing again costs little and changes nothing."""

from __future__ import annotations

from collections import Counter

from xero_pipeline_tests.journeys.home import Home
from xero_pipeline_tests.journeys.truth import kept, truth
from xero_pipeline_tests.journeys.watched import Watched
from xero_pipeline_tests.thoroughness import proof

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


@proof
def test_readers_get_every_row_of_a_sync_and_a_day_without_changes_copies_nothing(home: Home) -> None:
    name = "books-read.duckdb"
    before = (home.path / name).stat()
    assert home.sync().code == 0
    assert (home.path / name).stat().st_ino == before.st_ino
    assert home.checksums(file=name) == home.checksums()
    ledger, copied = home.checksums("ledger"), home.checksums("ledger", name)
    assert copied | {"kept": ()} == ledger | {"kept": ()}  # says when, too
    # Who asks has the calls of that sync, too.
    calls = home.query("SELECT COUNT(*) FROM xero.api_calls")[0][0]
    done = home.run("query", "select count(*) as calls from xero.api_calls", "--format", "csv")
    assert done.out.split() == ["calls", str(calls)]
