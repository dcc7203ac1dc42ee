"""While somebody has the warehouse its figures are shown as they were before, and of when they are."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import contextmanager

import pytest

from xero_pipeline.web import cached_read
from xero_pipeline_tests.web.conftest import served

pytestmark = pytest.mark.slow

OF = 1_700_000_000
HOLD = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"


@contextmanager
def in_use(site):
    """Another program has the warehouse's file open, and wrote to it."""
    file = site.books._warehouse.dialect.path
    command = [sys.executable, "-c", HOLD, str(file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        os.utime(file, (1, 1))
        yield holder.pid
        holder.stdin.close()


@pytest.fixture
def site(tmp_path, monkeypatch):
    monkeypatch.setattr(cached_read, "PATIENCE_SECONDS", 0.2)
    with served(tmp_path) as site:
        yield site


def test_figures_are_shown_while_the_warehouse_is_in_use(site, make_browser):
    browser = make_browser(site)
    first, second = browser.connect()
    told = browser.get(f"/api/figures/{first}").json()
    with in_use(site):
        for tenant_id in (first, second):  # of the second nothing was read before
            page = browser.get(f"/books/{tenant_id}")
            assert page.status_code == 200
            assert 'class="note warn"' not in page.text
        again = browser.get(f"/api/figures/{first}").json()
    assert {**again, "read_at": None} == {**told, "read_at": None}


def test_figures_of_before_a_sync_under_way_say_of_when_they_are(site, make_browser):
    browser = make_browser(site)
    (first, *_) = browser.connect()
    assert browser.get(f"/api/figures/{first}").json()["in_use"] is None
    copy = site.books._warehouse.dialect.read_copy
    with in_use(site):
        os.utime(copy.path, (OF, OF))
        copy.note_change()  # as a sync does, before it commits
        page = browser.get(f"/books/{first}")
        assert page.status_code == 200
        assert "As of 14 Nov 2023, 22:13 UTC" in page.text
        said = " ".join(re.search(r'class="note warn"[^>]*>(.*?)</p>', page.text, re.DOTALL)[1].split())
        assert said.startswith("These figures are of 14 Nov 2023, 22:13 UTC; some may have changed since. A sync has")
        later = browser.get(f"/api/figures/{first}").json()
        assert "sync has changed rows" in later["in_use"]
        assert later["read_at"].startswith("2023-11-14T22:13:20")
    assert browser.get(f"/api/figures/{first}").json()["in_use"] is None


def test_who_has_the_warehouse_is_named_where_nothing_else_can_be_shown(site, make_browser):
    browser = make_browser(site)
    (first, *_) = browser.connect()
    browser.get(f"/books/{first}")
    site.books._warehouse.dialect.read_copy.path.unlink()
    with in_use(site) as pid:
        page = browser.get(f"/books/{first}?months=24")
        assert page.status_code == 503
        assert "in use at the moment" in page.text
        assert str(pid) in page.text
        for path in ("/statements/profit-and-loss", "/documents/d", "/closed-periods", "/checks", "/sync"):
            page = browser.get(f"/books/{first}{path}")
            assert (page.status_code, "in use at the moment" in page.text) == (503, True)
            assert f'href="/books/{first}/checks"' in page.text, "the tabs are gone"
    assert browser.get(f"/books/{first}?months=24").status_code == 200


def test_the_question_and_the_first_page_say_nothing_of_amounts(site, make_browser):
    browser = make_browser(site)
    (first, *_) = browser.connect()
    assert "Times are <span data-zone>UTC</span>" in browser.get("/").text
    for path in ("/", f"/disconnect/{first}"):
        assert "Amounts" not in browser.get(path).text
    assert "<footer" not in browser.get(f"/disconnect/{first}").text
