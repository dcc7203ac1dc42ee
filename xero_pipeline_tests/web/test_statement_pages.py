"""The addresses of statements, what they refuse, and how changes in closed periods are accepted on the page."""

from __future__ import annotations

import datetime as dt
import html
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from xero_pipeline.files.statement_set import NOT_IN_THE_SET
from xero_pipeline.ledger.schema import upgrade_schema
from xero_pipeline.ledger.statements.periods import YearEnd
from xero_pipeline.warehouse.accepted_months import acceptances
from xero_pipeline.web.books.addresses import ledger_address
from xero_pipeline.web.books.document_links import DocumentLinks
from xero_pipeline.web.books.options import STATEMENT_PAGES
from xero_pipeline.web.books.statement_view import StatementView, usual_periods
from xero_pipeline_tests.rows import insert
from xero_pipeline_tests.web.conftest import Browser, served
from xero_pipeline_tests.web.test_issues import AT, spoil

TODAY = dt.date(2026, 5, 20)
MARCH = YearEnd(31, 3)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with served(tmp_path_factory.mktemp("statements")) as site:
        yield site


@pytest.fixture(scope="module")
def tenants(site):
    with Browser(site) as browser:
        yield browser, browser.connect()


def test_usual_periods_follow_the_financial_year():
    told = {label: (f"{one.start}", f"{one.end}") for label, one in usual_periods(TODAY, MARCH).items()}
    assert told == {
        "This month": ("2026-05-01", "2026-05-31"),
        "Last month": ("2026-04-01", "2026-04-30"),
        "This quarter": ("2026-04-01", "2026-06-30"),
        "Last quarter": ("2026-01-01", "2026-03-31"),
        "This financial year": ("2026-04-01", "2027-03-31"),
        "Last financial year": ("2025-04-01", "2026-03-31"),
    }


def test_columns_by_month_take_the_place_of_a_comparison():
    chosen = QueryParams("compare=prior-year&by=month")
    view = StatementView.of("t", "profit-and-loss", chosen, TODAY)
    assert (view.request.compare, view.request.by, view.left_out) == ((), "month", ("prior-year",))


@given(today=st.dates(dt.date(2024, 1, 1), dt.date(2028, 12, 31)), name=st.sampled_from(["balance-sheet", "budget"]))
def test_of_periods_that_are_the_same_one_is_marked(today, name):
    view = StatementView.of("t", name, QueryParams(), today)
    chosen = [label for label, _, mine in view.periods(today, MARCH) if mine]
    assert chosen == ["Today" if name == "balance-sheet" else "This month"]


days = st.dates(dt.date(2020, 1, 1), dt.date(2030, 12, 31))


@given(
    name=st.sampled_from(list(STATEMENT_PAGES)),
    span=st.lists(days, min_size=2, max_size=2).map(sorted),
    basis=st.sampled_from(["accrual", "cash"]),
    compare=st.lists(st.sampled_from(["prior-period", "prior-year", "year-to-date", "tax-year"]), unique=True),
    words=st.fixed_dictionaries({key: st.text(max_size=8) for key in ("by", "account", "contact")}),
)
def test_the_address_holds_the_whole_view(name, span, basis, compare, words):
    start, end = span
    chosen = [("from", f"{start}"), ("to", f"{end}"), ("basis", basis), *words.items()]
    view = StatementView.of("t", name, QueryParams([*chosen, *(("compare", word) for word in compare)]), TODAY)
    again = StatementView.of("t", name, QueryParams(view.page().partition("?")[2]), TODAY)
    assert again == view


@given(
    name=st.sampled_from(list(STATEMENT_PAGES)),
    span=st.lists(days, min_size=2, max_size=2).map(sorted),
    account=st.text(max_size=8),
)
def test_a_document_leads_back_to_the_statement_that_led_there(name, span, account):
    chosen = QueryParams({"from": f"{span[0]}", "to": f"{span[1]}", "account": account})
    view = StatementView.of("t", name, chosen, TODAY)
    query = QueryParams(view.document("d/1").partition("?")[2])
    links = DocumentLinks.of("t", query, TODAY)
    assert links.back.address == view.page()
    assert [tab[:2] for tab in links.tabs()] == [tab[:2] for tab in view.tabs()]
    assert links.document("other").partition("?")[2] == view.document("d").partition("?")[2]


@pytest.mark.parametrize(("back", "label"), [("closed-periods", "Closed periods"), ("checks", "Checks")])
def test_other_pages_that_lead_to_documents_are_led_back_to(site, tenants, back, label):
    browser, (tenant_id, *_) = tenants
    way = DocumentLinks.of(tenant_id, QueryParams({"back": back}), TODAY).back
    assert way.label == label and browser.get(way.address).status_code == 200


@pytest.mark.parametrize(
    "back",
    ["", "//evil.example", "https://evil.example/", "javascript:x()", "statements/budget", "income?from=x",
     "budget?from=32", "../../logout"],
)  # fmt: skip
def test_back_is_a_page_of_ours_or_nowhere(back):
    links = DocumentLinks.of("t", QueryParams({"back": back}), TODAY)
    assert (links.back, links.document("d")) == (None, "/books/t/documents/d")


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("statements/income", 404, "no statement"),
        ("statements/profit-and-loss?from=2026-13-01", 400, "is not a day"),
        ("statements/profit-and-loss?from=0001-01-01&to=0001-01-31&compare=prior-year", 400, "that books may have"),
        ("statements/general-ledger?account=200&to=9999-12-31", 400, "that books may have"),
        ("statements/profit-and-loss?from=2026-06-01&to=2026-05-01", 400, "ends before that"),
        ("statements/profit-and-loss?basis=modified", 400, "accrual or cash"),
        ("files/profit-and-loss.pdf", 404, "csv or xlsx"),
        ("documents/nothing", 404, "no such document"),
        ("else", 404, "no such page"),
    ],
)
def test_a_wrong_address_says_what_is_wrong(tenants, path, status, words):
    browser, (tenant_id, *_) = tenants
    answer = browser.get(f"/books/{tenant_id}/{path}")
    assert (answer.status_code, words in answer.text) == (status, True)
    assert f'href="/books/{tenant_id}/closed-periods"' in answer.text, "the tabs are gone"


@pytest.fixture(scope="module")
def posted(site, tenants):
    """An organisation with two journals: one of an invoice, one that no document shows."""
    _, (_, second) = tenants
    with site.services.warehouse.writing() as connection:
        upgrade_schema(site.services.warehouse.dialect, connection)
        mine = {"tenant_id": second}
        known = mine | {"is_deleted": False}
        insert(connection, "ledger.kept", **mine, kept_at=AT, journals=1, faults=0)
        year_end = {"financial_year_end_day": 31, "financial_year_end_month": 3}
        insert(connection, "xero.organisations", **known, organisation_id=second, base_currency="NZD", **year_end)
        insert(connection, "xero.accounts", **known, account_id="s", code="850", name="Suspense", type="CURRENT")
        for journal_id, month, source_type in (("i", 3, "ACCREC"), ("j", 4, "UNEXPLAINED")):
            day = dt.date(2026, month, 30)
            of = mine | {"journal_id": journal_id, "journal_date": day, "source_type": source_type}
            insert(connection, "ledger.journals", **of)
            insert(connection, "ledger.journal_lines", **of, line_number=1, account_id="s", net_amount=5)
    return second


def test_a_line_that_no_document_shows_says_what_to_do(tenants, posted):
    browser, _ = tenants
    for month, told in (("04", True), ("03", False)):
        days = {"from": f"2026-{month}-01", "to": f"2026-{month}-30", "account": "s"}
        page = browser.get(f"/books/{posted}/statements/general-ledger", params=days)
        assert page.status_code == 200, page.text
        assert ("<em>What no document shows</em>" in page.text) == told


def test_a_comparison_that_has_no_room_is_said_to_be_left_out(tenants, posted):
    browser, _ = tenants
    asked = "profit-and-loss?compare=prior-year&by=month"
    page = browser.get(f"/books/{posted}/statements/{asked}").text
    assert "Prior year is not shown: columns by month leave no room" in page
    assert "leave no room" not in browser.get(f"/books/{posted}/statements/profit-and-loss?by=month").text
    refused = browser.get(f"/api/statements/{posted}/{asked}")
    assert (refused.status_code, "either compare or by" in refused.text) == (400, True)


def test_the_page_says_what_is_not_part_of_all_statements(tenants, posted):
    browser, _ = tenants
    assert NOT_IN_THE_SET in html.unescape(browser.get(f"/books/{posted}/statements/profit-and-loss").text)


@pytest.mark.parametrize(("on_cash", "ending"), [(False, "account=a%26b"), (True, "account=a%26b&basis=cash")])
def test_the_address_of_a_ledger_has_its_account_days_and_basis(on_cash, ending):
    address = ledger_address("t/1", "a&b", dt.date(2026, 4, 1), dt.date(2026, 4, 30), on_cash)
    assert address == f"/books/t%2F1/statements/general-ledger?from=2026-04-01&to=2026-04-30&{ending}"


@pytest.mark.slow
def test_changes_in_closed_periods_are_shown_and_accepted_by_name_and_note(site, tenants):
    browser, (first, second) = tenants
    spoil(site, first, dt.datetime(2026, 5, 19, tzinfo=dt.UTC))
    page = browser.get(f"/books/{first}/closed-periods").text
    assert "2 changes in locked months" in page
    assert "No change in a locked month" in browser.get(f"/books/{second}/closed-periods").text

    refused = browser.submit("/accept", organisation=first, by=" ", note="right")
    assert refused.headers["location"] == f"/books/{first}/closed-periods"
    assert "Say who accepts" in browser.get(refused.headers["location"]).text

    browser.submit("/accept", organisation=first, by="Ada", note="=late <b>bill</b>", seen_until=shown_until(page))
    page = browser.get(f"/books/{first}/closed-periods").text
    assert "No change in a locked month" in page
    assert "=late &lt;b&gt;bill&lt;/b&gt;" in page
    with site.services.warehouse.reading() as connection:
        assert [(one.tenant_id, one.accepted_by) for one in acceptances(connection)] == [(first, "Ada")]

    month = {"organisation": first, "month": "2026-04-01"}
    assert browser.post("/take-back", data={**month, "by": "Eve"}).status_code == 403
    browser.submit("/take-back", **month, by="Grace")
    page = browser.get(f"/books/{first}/closed-periods").text
    assert "2 changes in locked months" in page
    assert "Taken back by Grace" in page
    browser.submit("/take-back", **month, by="Grace")
    assert "Nothing that was accepted of this month" in browser.get(f"/books/{first}/closed-periods").text


def shown_until(page):
    return re.search(r'name="seen_until" value="([^"]+)"', page)[1]


@pytest.mark.slow
def test_what_a_sync_wrote_after_the_page_was_opened_is_not_accepted(site, tenants):
    browser, (_, second) = tenants
    spoil(site, second, dt.datetime(2026, 5, 19, tzinfo=dt.UTC))
    shown = shown_until(browser.get(f"/books/{second}/closed-periods").text)
    with site.services.warehouse.writing() as connection:
        site.services.warehouse.rows_changed()
        later = dt.datetime(2026, 5, 19, 10, tzinfo=dt.UTC)
        insert(
            connection, "xero.locked_document_changes", tenant_id=second, source_table="invoices", source_id="later",
            period_start=dt.date(2026, 4, 1), account_id="a", seen_at=later, source_type="ACCREC", document_id="later",
            number="INV-LATER", change="added", amount_before=Decimal(0), amount_after=Decimal(9),
            difference=Decimal(9), unchanged_until=later, lock_date=dt.date(2026, 4, 30), was_locked=True,
        )  # fmt: skip
    browser.submit("/accept", organisation=second, by="Ada", note="right", seen_until=shown)
    page = browser.get(f"/books/{second}/closed-periods").text
    assert "What was seen to change since you opened the page is still open." in page
    assert "1 change in locked months" in page
    assert "INV-LATER" in page
    browser.submit("/accept", organisation=second, by="Ada", note="right", seen_until="2026")
    assert "Nothing that the page showed" in browser.get(f"/books/{second}/closed-periods").text


@pytest.mark.parametrize("path", ["/accept", "/take-back"])
def test_without_a_token_of_ours_nothing_is_accepted_or_taken_back(site, tenants, path):
    browser, (first, *_) = tenants
    answer = browser.post(path, data={"organisation": first, "by": "Eve", "note": "x", "month": "2026-04-01"})
    assert answer.status_code == 403
    assert not re.search("Eve", browser.get(f"/books/{first}/closed-periods").text)
