"""Two processes in one home get along."""

from __future__ import annotations

import json

from xero_pipeline_tests.journeys.home import Home, a_redirect_uri
from xero_pipeline_tests.journeys.truth import kept, truth
from xero_pipeline_tests.journeys.watched import Watched, most_at_once
from xero_simulator.person import Person

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


def test_two_consents_of_one_organisation_leave_it_connected_once(new_home: Home, xero: Watched) -> None:
    def while_another_asks(url: str) -> str:
        # The first consent is open in the browser while a second one is given from start to end.
        assert new_home.connect(XERO_REDIRECT_URI=a_redirect_uri()).code == 0
        return Person().allow(url)

    assert new_home.connect(while_another_asks).code == 0
    (organisation,) = json.loads(new_home.run("status", "--json").out)["organisations"]
    assert organisation["status"] == "connected"
    assert new_home.sync("--select", "accounts").code == 0
