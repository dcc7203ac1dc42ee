"""The first page says whether each organisation is reconciled, and since when not; the group stands beside them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from xero_pipeline.ledger.consolidation.group_state import GroupState
from xero_pipeline.metrics.trust import TieOut, Trust
from xero_pipeline.web import pages
from xero_pipeline.web.overview import agreement

SINCE, MONTH = dt.datetime(2026, 5, 12, 5, 10, tzinfo=dt.UTC), dt.date(2026, 4, 1)
GROUP = GroupState(SINCE, dt.date(2025, 4, 1), dt.date(2026, 5, 1), "NZD", 3, 0, None, 0)


def trust(*, unexplained=0, differ=0, figures=1_108, kept=True, behind=False, stale=0):
    counts = {
        "statement": "trial_balance",
        "figures": figures,
        "differ": differ,
        "unexplained": unexplained,
        "stale": stale,
    }
    first = {"unexplained_since": SINCE if unexplained else None, "unexplained_from": MONTH if unexplained else None}
    return Trust(kept, behind, TieOut([counts | first], []))


@pytest.mark.parametrize(("stands", "says"), [
    (trust(), "Yes <small>1,108 figures compared</small>"),
    (trust(differ=1), "Yes <small>1,108 figures compared, 1 differs with known causes</small>"),
    (trust(behind=True), "Pending <small>documents changed since</small>"),
    (trust(stale=1), "Pending <small>documents changed since</small>"),
    (trust(kept=False), "Not yet <small>not compared with Xero's reports</small>"),
    (trust(unexplained=2, differ=2), ">12 May 2026, 05:10 UTC</time>, the first in April 2026</small>"),
])  # fmt: skip
def test_an_organisation_is_reconciled_or_not_in_plain_words(browser, monkeypatch, stands, says):
    monkeypatch.setattr(agreement, "_read", lambda warehouse, tenants: dict.fromkeys(tenants, stands))
    monkeypatch.setattr("xero_pipeline.web.cached_read.CachedReads.see", _unremembered)
    assert says in browser.get("/").text


def _unremembered(reads, what, read):
    from xero_pipeline.web.cached_read import CachedRead

    return CachedRead(read(reads._warehouse), SINCE)


@pytest.mark.parametrize(("state", "says"), [
    (GROUP, ">Consolidated</span>"),
    (replace(GROUP, missing=2, missing_from=MONTH), ">Not all months consolidated</span>"),
    (replace(GROUP, begins=None, until=None), ">Not consolidated</span>"),
])  # fmt: skip
def test_a_group_stands_beside_the_organisations_and_leads_to_its_statements(browser, monkeypatch, state, says):
    assert 'href="/group"' not in browser.get("/").text
    monkeypatch.setattr(pages, "group_in", lambda context: state)
    shown = browser.get("/").text
    assert says in shown
    assert 'href="/group"' in shown


def test_what_is_not_consolidated_says_so_and_what_to_do(browser):
    shown = browser.get("/group?statement=balance-sheet&from=2026-03&to=2026-04")
    assert shown.status_code == 200
    assert "Nothing is consolidated from 2026-03-01 to 2026-04-30." in shown.text


@pytest.mark.parametrize("query", ["statement=nothing", "from=yesterday", "from=2026-05&to=2026-04", "from=0001-01"])
def test_a_wrong_address_of_the_group_is_refused(browser, query):
    assert browser.get(f"/group?{query}").status_code == 400


@pytest.mark.parametrize(("path", "status", "words"), [
    ("file.pdf", 404, "csv or xlsx"),
    ("file.csv?from=2026-03&to=2026-04", 400, "Nothing is consolidated from 2026-03-01 to 2026-04-30."),
])  # fmt: skip
def test_a_file_of_the_group_that_there_is_not_says_why(browser, path, status, words):
    answer = browser.get(f"/group/{path}")
    assert (answer.status_code, words in answer.text) == (status, True)
