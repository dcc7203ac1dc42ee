"""What is wrong with an organisation's data is said by every face in the same words, and is never green."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from html import unescape

import pytest

from xero_pipeline.errors import RecordRefused
from xero_pipeline.ledger.schema import upgrade_schema
from xero_pipeline.operations.health.issues import KINDS, open_issues
from xero_pipeline.operations.health.warehouse import check_warehouse
from xero_pipeline.warehouse.progress.issues import Issues
from xero_pipeline.web import cached_read
from xero_pipeline_tests.rows import insert
from xero_pipeline_tests.web.conftest import served
from xero_pipeline_tests.web.test_busy import in_use

pytestmark = pytest.mark.slow

AT = dt.datetime(2026, 5, 21, tzinfo=dt.UTC)
MONTH, END = dt.date(2026, 4, 1), dt.date(2026, 4, 30)


def spoil(site, tenant_id, at=AT):
    """One issue of every kind, seen at a moment."""
    with site.services.warehouse.writing() as connection:
        refused = RecordRefused("Total is no number", record_id="an-id", raw=b"{}")
        Issues(connection, tenant_id, "invoices").quarantine([refused], at=at)
        upgrade_schema(site.services.warehouse.dialect, connection)
        insert(connection, "ledger.kept", tenant_id=tenant_id, kept_at=at, journals=0, faults=1)
        insert(
            connection, "ledger.documents", tenant_id=tenant_id, source_table="invoices", document_id="d",
            fingerprint="f", problem="no account"
        )  # fmt: skip
        insert(
            connection, "ledger.tie_out", tenant_id=tenant_id, statement="trial_balance", period_start=MONTH,
            period_end=END, account_id="a", measure="closing", our_amount=Decimal(1), xero_amount=Decimal(3),
            difference=Decimal(-2), cause="UNKNOWN", is_stale=False,
        )  # fmt: skip
        restatement = {
            "tenant_id": tenant_id, "report": "profit_and_loss", "basis": "accrual", "period_start": MONTH,
            "period_end": END, "line_key": "a", "measure": "amount",
            "amount_before": Decimal(1), "amount_after": Decimal(2),
            "was_locked": True, "lock_date": END, "unchanged_until": at, "seen_at": at,
        }  # fmt: skip
        insert(connection, "xero.restatements", **restatement)
        insert(
            connection, "xero.locked_document_changes", tenant_id=tenant_id, source_table="invoices", source_id="d",
            period_start=MONTH, account_id="a", seen_at=at, source_type="ACCREC", document_id="d", change="changed",
            amount_before=Decimal(1), amount_after=Decimal(2), difference=Decimal(1), unchanged_until=at,
            lock_date=END, was_locked=True,
        )  # fmt: skip


@pytest.fixture
def site(tmp_path, monkeypatch):
    monkeypatch.setattr(cached_read, "PATIENCE_SECONDS", 0.2)
    with served(tmp_path) as site:
        yield site


def shown(html):
    """The text of the list of issues."""
    found = re.search(r'<ul class="issues">(.*?)</ul>', html, re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", "", found[1])) if found else ""


def test_every_face_lists_the_same_issues_and_none_where_there_is_none(site, make_browser):
    browser = make_browser(site)
    first, second = browser.connect()
    assert browser.get("/api/status").json()["organisations"][0]["issues"] == []
    assert shown(browser.get("/live").text) == ""
    spoil(site, first)
    found = open_issues(site.services.warehouse)
    assert {tenant: [one.kind for one in issues] for tenant, issues in found.items()} == {first: list(KINDS)}
    for issue in found[first]:
        assert issue.remedy == (KINDS[issue.kind].remedy_of_one if issue.count == 1 else KINDS[issue.kind].remedy)
    of_api = {one["tenant_id"]: one["issues"] for one in browser.get("/api/status").json()["organisations"]}
    assert [one["message"] for one in of_api[first]] == [one.message for one in found[first]]
    assert of_api[second] == []
    pages = browser.get("/live").text, browser.get(f"/books/{first}").text
    doctor = [one for one in check_warehouse(site.services) if one.check == "data"]
    assert {one.state for one in doctor} == {"warning"}
    for issue in found[first]:
        assert all(issue.message in shown(page) for page in pages)
        assert any(issue.message in one.told and issue.remedy == one.remedy for one in doctor)
    assert "5 open issues" in pages[0]
    assert shown(browser.get(f"/books/{second}").text) == ""


def test_the_last_sync_is_unknown_and_not_never_while_the_warehouse_is_busy(site, make_browser):
    browser = make_browser(site)
    browser.connect()
    site.services.warehouse.prepare()
    with in_use(site):
        page = browser.get("/live").text
        (one, _) = browser.get("/api/status").json()["organisations"]
        assert "Unknown" in page
        assert "Never" not in page
        assert (one["last_sync"], one["last_sync_known"], one["issues"]) == (None, False, None)
    assert "Never" in browser.get("/live").text


def test_the_printed_figures_say_that_the_books_are_simulated(site, make_browser):
    browser = make_browser(site)
    first, _ = browser.connect()
    assert re.search(r"<strong>Simulated books", browser.get(f"/books/{first}").text)
