"""The page of a sync shows every table, what is in its way, and what nothing was read of."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from xero_pipeline import clock
from xero_pipeline.errors import RecordRefused
from xero_pipeline.operations.synced_tables import STATES
from xero_pipeline.state.deferred_work import DeferredTask
from xero_pipeline.warehouse.progress.issues import Issues
from xero_pipeline_tests.files.workbook_reader import read_workbook
from xero_pipeline_tests.web.conftest import Browser, served

ERROR = "Xero answered 403: <b>no access</b>."


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """One organisation is connected: one table waits, one is put aside, the rest was never read."""
    with served(tmp_path_factory.mktemp("sync"), organisations=1) as site:
        with Browser(site) as browser:
            (tenant_id,) = browser.connect()
        later = clock.now() + timedelta(hours=3)
        left = DeferredTask(tenant_id, "quotes", later, "day")
        aside = replace(left, asset="budgets", why="unavailable", error=ERROR, since=clock.now())
        for task in (left, aside):
            site.services.deferred_work.note(task, progressed=False, tried=True)
        yield site


@pytest.fixture
def where(site):
    return f"/books/{site.services.organisations.list()[0].tenant_id}/sync"


def test_every_table_that_is_read_is_on_it(site, make_browser, where):
    browser = make_browser(site)
    html = browser.get(where).text
    assert html.count('class="state ') == len(site.services.collections) + len(site.services.reports)
    told = browser.get(where.replace("/books/", "/api/tables/").removesuffix("/sync")).json()
    states = {one["table"]: one["state"] for one in told["tables"]}
    assert (states.pop("quotes"), states.pop("budgets"), {*states.values()}) == ("waiting", "put-aside", {"never"})
    assert [count for _, count in re.findall(r'pill (\w+)">(\d+)', html)] == ["1", "1", str(len(states))]
    assert told["calls"]["planned"] == sum(one["calls"]["planned"] for one in told["tables"]) > 0
    assert told["runs"] == []


def test_the_tables_are_files_that_say_what_the_page_says(site, make_browser, where):
    browser = make_browser(site)
    assert all(f'href="{where}/tables.{form}"' in browser.get(where).text for form in ("csv", "xlsx"))
    told = list(csv.DictReader(browser.get(f"{where}/tables.csv").text.lstrip("\ufeff").splitlines()))
    names = {one["table"]: one for one in told}
    assert len(told) == len(site.services.collections) + len(site.services.reports)
    assert (names["budgets"]["state"], names["budgets"]["why"]) == ("put-aside", ERROR)
    assert int(names["quotes"]["calls_planned"]) >= 0
    (sheet,) = read_workbook(browser.get(f"{where}/tables.xlsx").content)
    assert [ERROR in sheet.texts, STATES["put-aside"] in sheet.texts] == [True, True]
    assert browser.get(f"{where}/tables.pdf").status_code == 404


def test_what_is_put_aside_says_why_as_text(site, make_browser, where):
    html = make_browser(site).get(where).text
    assert "Xero answered 403: &lt;b&gt;no access&lt;/b&gt;." in html
    assert html.count('class="reason') == 2
    assert STATES["put-aside"] in html


def test_records_that_could_not_be_read_are_listed_as_text_with_what_is_wrong(site, make_browser, where):
    with site.services.warehouse.writing() as connection:
        refused = RecordRefused("Total is the object <b>1</b>, not an amount", record_id="an-id", raw=b"{}")
        Issues(connection, where.split("/")[2], "invoices").quarantine([refused], at=clock.now())
    html = make_browser(site).get(where).text
    assert "Records that could not be read: 1" in html
    assert "Total is the object &lt;b&gt;1&lt;/b&gt;, not an amount" in html


def test_times_are_instants_in_utc_which_a_script_may_rewrite(site, make_browser, where):
    times = re.findall(
        r'<time datetime="([^"]+)" data-local="full" title="([^"]+)">([^<]+)<', make_browser(site).get(where).text
    )
    assert len(times) >= 3
    assert all(at.endswith("+00:00") and title == shown and title.endswith(" UTC") for at, title, shown in times)


def test_sync_now_leads_back_to_the_page_it_was_pressed_on(site, make_browser, where, monkeypatch):
    monkeypatch.setattr(site.syncs, "start", lambda one: True)
    browser, tenant_id = make_browser(site), where.split("/")[2]
    answers = [browser.submit("/sync", organisation=tenant_id, page=page) for page in ("sync", "")]
    assert [answer.headers["location"] for answer in answers] == [where, "/"]


def test_of_an_organisation_that_nobody_knows_there_is_none(site, make_browser):
    for path in ("/books/nobody/sync", "/books/nobody/sync/live", "/api/tables/nobody"):
        assert make_browser(site).get(path).status_code == 404, path
