"""Figures that could not be read again are shown as what they are: of when, and who has the warehouse."""

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

HOLD = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"


@contextmanager
def in_use(site):
    """Another program has the warehouse's file open, and wrote to it."""
    file = site.glance._files[0]
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


def test_a_warehouse_in_use_is_told_with_the_moment_the_figures_are_of(site, make_browser):
    browser = make_browser(site)
    first, second = browser.connect()
    before = browser.get(f"/books/{first}").text
    moment = re.search(r"Read from the warehouse on (.* UTC)", before)[1]
    told = browser.get(f"/api/figures/{first}").json()
    assert told["in_use"] is None
    assert "The warehouse is in use" not in before
    with in_use(site) as pid:
        page = browser.get(f"/books/{first}")
        assert page.status_code == 200
        said = " ".join(re.search(r'class="note warn"[^>]*>(.*?)</p>', page.text, re.DOTALL)[1].split())
        assert f"These figures were read on {moment}; some may have changed since" in said
        assert str(pid) in said
        later = browser.get(f"/api/figures/{first}").json()
        assert str(pid) in later["in_use"]
        assert later["read_at"] <= told["read_at"]
        # Of the other one nothing was read before.
        never = browser.get(f"/books/{second}")
        assert never.status_code == 503
        assert "in use at the moment" in never.text
    again = browser.get(f"/api/figures/{first}").json()
    assert again["in_use"] is None
    assert again["read_at"] > told["read_at"]


def test_the_question_and_the_first_page_say_nothing_of_amounts(site, make_browser):
    browser = make_browser(site)
    (first, *_) = browser.connect()
    assert "Times are UTC" in browser.get("/").text
    for path in ("/", f"/disconnect/{first}"):
        assert "Amounts" not in browser.get(path).text
    assert "<footer" not in browser.get(f"/disconnect/{first}").text
