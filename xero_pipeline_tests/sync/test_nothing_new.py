"""An answer that says what the last one said is noted and not merged; whatever might differ is."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import httpx
import pytest

from xero_pipeline.sync.incremental_sync import sync_collection
from xero_pipeline.sync.list_reads import ListReads
from xero_pipeline.sync.reports import sync_report
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline.xero.endpoints import endpoint
from xero_pipeline_tests.sync.conftest import OURS, TENANT, Xero, uid
from xero_pipeline_tests.sync.test_reports import BANK_SUMMARY, Reports

THEMES = endpoint("branding_themes")
WHOLE = {"SortOrder": 0, "Type": "INVOICE", "CreatedDateUTC": "/Date(946684800000+0000)/"}
ACCOUNTS = endpoint("accounts")


@pytest.fixture
def themes():
    xero = Xero("BrandingThemes", "BrandingThemeID")
    xero.put([("a", WHOLE | {"Name": "Standard"}), ("b", WHOLE | {"Name": "Blue"})])
    return xero


@pytest.fixture
def sync(talk, warehouse):
    def read(xero, listed=THEMES, *, days=0, hours=0, **more):
        tally, client = talk(xero)
        now = OURS + timedelta(days=days, hours=hours)
        return sync_collection(client, warehouse, TENANT, listed, tally=tally, now=lambda: now, **more)

    return read


@pytest.fixture
def merges(monkeypatch):
    """How often rows were merged."""
    seen, merge, replace = [], Warehouse.merge, Warehouse.replace_reports

    def merged(warehouse, batch, **more):
        seen.append("records")
        return merge(warehouse, batch, **more)

    def replaced(warehouse, name, rows, pulls):
        seen.append("report")
        return replace(warehouse, name, rows, pulls)

    monkeypatch.setattr(Warehouse, "merge", merged)
    monkeypatch.setattr(Warehouse, "replace_reports", replaced)
    return seen


def names(warehouse, table="branding_themes"):
    return sorted(warehouse.query(f"select name from xero.{table} where not is_deleted")["name"].to_pylist())


def test_a_list_that_comes_as_it_was_is_noted_as_read_and_not_merged_again(sync, themes, warehouse, merges):
    sync(themes)
    assert len(merges) == 1
    outcome = sync(themes, days=1)
    assert len(merges) == 1
    assert (outcome.records, outcome.changed) == (2, 0)
    assert warehouse.cursor(TENANT, "branding_themes").complete_at == OURS + timedelta(days=1)
    assert warehouse.cursor(TENANT, "branding_themes").records == 2


def test_changes_that_did_not_come_are_noted_and_not_merged(sync, warehouse, merges):
    xero = Xero()
    xero.put([("a", {"Status": "AUTHORISED"})])
    sync(xero, endpoint("invoices"))
    first = warehouse.cursor(TENANT, "invoices").modified_since
    xero.put([])
    assert sync(xero, endpoint("invoices"), days=1).modified_since == first
    assert len(merges) == 1
    assert warehouse.cursor(TENANT, "invoices").modified_since > first


def test_a_list_that_differs_in_one_letter_or_by_one_record_is_merged(sync, themes, warehouse):
    sync(themes)
    themes.put([("a", WHOLE | {"Name": "Standard"}), ("b", WHOLE | {"Name": "Green"})])
    assert sync(themes, days=1).changed == 1
    themes.put([("b", WHOLE | {"Name": "Green"})])
    assert sync(themes, days=2).changed == 1
    assert names(warehouse) == ["Green"]


def test_what_changed_and_was_changed_back_between_two_whole_reads_is_as_it_was(sync, warehouse):
    xero = Xero("Accounts", "AccountID")
    was = [("a", {"Code": "200", "Name": "Sales", "Type": "REVENUE", "Status": "ACTIVE"})]
    xero.put(was)
    sync(xero, ACCOUNTS)
    xero.put([("a", {"Code": "200", "Name": "Turnover", "Type": "REVENUE", "Status": "ACTIVE"})])
    assert sync(xero, ACCOUNTS, hours=1).modified_since is not None
    assert names(warehouse, "accounts") == ["Turnover"]
    xero.put(was)
    assert sync(xero, ACCOUNTS, days=1).modified_since is None
    assert names(warehouse, "accounts") == ["Sales"]


def test_a_full_read_is_merged_even_if_it_is_as_it_was(sync, themes, merges):
    sync(themes)
    sync(themes, days=1, full=True)
    assert len(merges) == 2


def test_an_answer_in_which_something_could_not_be_read_is_looked_at_again(sync, themes, warehouse, merges):
    themes.put([("a", WHOLE | {"Name": "Standard"}), ("b", WHOLE | {"Name": "Blue", "SortOrder": "first"})])
    assert len(sync(themes).quarantined) == 1
    assert len(sync(themes, days=1).quarantined) == 1
    assert len(merges) == 2


def test_what_was_not_noted_yet_is_asked_for_again(sync, themes, warehouse):
    sync(themes)
    killed = ListReads(warehouse, THEMES, [TENANT])
    sync(themes, days=1, reads=killed)
    assert warehouse.cursor(TENANT, "branding_themes").complete_at == OURS
    sync(themes, days=1)
    assert warehouse.cursor(TENANT, "branding_themes").complete_at == OURS + timedelta(days=1)


def test_reads_of_several_organisations_are_noted_together_each_as_its_own(talk, themes, warehouse, merges):
    tenants = [TENANT, "0" * 8, "1" * 8]
    for day in (0, 1):
        reads = ListReads(warehouse, THEMES, tenants)
        for hour, tenant in enumerate(tenants):
            tally, client = talk(themes)
            now = OURS + timedelta(days=day, hours=hour)
            sync_collection(client, warehouse, tenant, THEMES, tally=tally, now=lambda now=now: now, reads=reads)
        reads.flush()
    assert len(merges) == len(tenants), "all of them on the first day"
    assert [warehouse.cursor(tenant, "branding_themes").complete_at for tenant in tenants] == [
        OURS + timedelta(days=1, hours=hour) for hour in range(len(tenants))
    ]


def test_a_report_with_the_same_rows_is_noted_as_checked_and_not_replaced(talk, warehouse, merges):
    months = [date(2026, 4, 1), date(2026, 5, 1)]

    class Dated(Reports):
        """Xero says in every answer when it was made."""

        def __call__(self, request):
            answer = super().__call__(request)
            told = {"ReportDate": f"{len(self.asked)} June 2026", "UpdatedDateUTC": f"/Date({len(self.asked)})/"}
            body = answer.json()
            return httpx.Response(200, json={"Reports": [body["Reports"][0] | told]})

    def pull(xero, days):
        tally, client = talk(xero)
        at = OURS + timedelta(days=days)
        return list(sync_report(client, warehouse, TENANT, BANK_SUMMARY, months, tally=tally, now=lambda: at))

    def pulls():
        sql = "select fetched_at, checked_at from xero.report_pulls order by period_start, fetched_at"
        return [(row["fetched_at"], row["checked_at"]) for row in warehouse.query(sql).to_pylist()]

    xero = Dated()
    pull(xero, 0)
    (kept,) = pull(xero, 1)
    assert merges == ["report"]
    assert (kept.outcome.changed, list(kept.rows)) == (0, months)
    assert pulls() == [(OURS, OURS + timedelta(days=1))] * 2
    xero.amount = "99.95"
    (kept,) = pull(xero, 2)
    assert kept.outcome.changed == 2
    assert {row["v"] for row in warehouse.query("select closing_balance as v from xero.bank_summary").to_pylist()} == {
        Decimal("99.95")
    }
    assert uid("cheque") in str(warehouse.query("select raw from xero.report_pulls").to_pylist())
