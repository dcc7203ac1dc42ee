"""Two processes in one home get along."""

from __future__ import annotations

import json
from collections.abc import Callable

import duckdb

from xero_pipeline_tests.journeys.home import Done, Home, a_redirect_uri
from xero_pipeline_tests.journeys.truth import kept, truth
from xero_pipeline_tests.journeys.watched import Watched, most_at_once
from xero_simulator.person import Person

MIDDLE = 6
"""The call in which a sync is asked beside: accounts came before it."""

# Not everything: two whole syncs are more calls than a minute has.
TABLES = ("accounts", "bank_transactions", "contacts", "credit_notes", "invoices", "items", "payments", "tax_rates")


def test_two_syncs_at_once_both_succeed_and_never_ask_the_same_at_the_same_time(
    any_connected_home: Home, xero: Watched
) -> None:
    home = any_connected_home
    select = [word for table in (*TABLES, "profit_and_loss", "bank_summary") for word in ("--select", table)]
    with xero.looking() as seen:
        both = [home.start("sync", *select), home.start("sync", *select)]
        done = [home.ended(one) for one in both]
    assert [one.code for one in done] == [0, 0], done[0].said + done[1].said
    assert most_at_once(seen) <= 5
    for path in {one.path for one in seen}:
        assert most_at_once([one for one in seen if one.path == path]) == 1
    with truth(xero.url) as told:
        facts = told.facts()
    now = kept(home)
    assert {table: now[table] for table in TABLES} == {table: facts[table] for table in TABLES}
    doubled = "SELECT count(*) - count(DISTINCT (period_start, position)) FROM xero.profit_and_loss"
    assert home.query(doubled) == [(0,)]
    runs = json.loads(home.run("logs", "--json").out)
    assert {run["state"] for run in runs} == {"success"}


def test_a_sync_and_its_readers_do_not_wait_for_each_other(connected_home: Callable[[], Home], xero: Watched) -> None:
    home = connected_home()
    counted = "select count(*) as n from xero.accounts"
    assert home.run("query", counted, "--format", "csv").out == "n\n0\n"
    answers: list[Done] = []

    def ask(number: int) -> None:
        if number == MIDDLE:  # the sync waits for this answer, and has the file
            answers.append(home.run("query", counted, "--format", "csv"))

    keeps = "from xero_pipeline.warehouse.database import file_lock\nfile_lock.KEPT_SECONDS = 600.0"
    select = [word for table in TABLES for word in ("--select", table)]
    with duckdb.connect(str(home.path / "books-read.duckdb"), read_only=True) as reader, xero.looking():
        xero.on_call = ask
        done = home.sync(*select, prelude=keeps)
        assert reader.execute(counted).fetchone() == (0,), "who has the old copy open goes on reading it"
    assert done.code == 0, done.said
    (during,) = answers
    assert (during.code, during.out) == (0, "n\n0\n"), during.said
    assert "As of 20" in during.err
    assert "Waiting" not in during.err + done.err
    after = home.query(counted, "books-read.duckdb")
    assert after == home.query(counted)
    assert after != [(0,)]


def test_two_consents_of_one_organisation_leave_it_connected_once(new_home: Home, xero: Watched) -> None:
    def while_another_asks(url: str) -> str:
        # The first consent is open in the browser while a second one is given from start to end.
        assert new_home.connect(XERO_REDIRECT_URI=a_redirect_uri()).code == 0
        return Person().allow(url)

    assert new_home.connect(while_another_asks).code == 0
    (organisation,) = json.loads(new_home.run("status", "--json").out)["organisations"]
    assert organisation["status"] == "connected"
    assert new_home.sync("--select", "accounts").code == 0
