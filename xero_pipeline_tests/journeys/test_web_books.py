"""In a real browser: an accountant reads the statements, finds the document behind a figure, and takes files along."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from xero_pipeline.web.app_context import AppContext
from xero_pipeline.web.books.options import STATEMENT_PAGES
from xero_pipeline_tests.journeys.browser import PATIENCE, chromium, looking, number, site_of, violations
from xero_pipeline_tests.journeys.home import Home

MONTH = {"from": "2026-04-01", "to": "2026-04-30"}


@pytest.fixture(scope="module")
def window() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def site(synced: Home) -> Iterator[AppContext]:
    with site_of(synced) as site:
        yield site


@pytest.fixture(scope="module")
def books(site: AppContext) -> str:
    """Where the pages of the synced organisation are."""
    return f"/books/{site.services.organisations.list()[0].tenant_id}"


@pytest.fixture
def page(window: Browser, site: AppContext) -> Iterator[Page]:
    with looking(window, site) as page:
        yield page


def address(books: str, name: str, **chosen: str) -> str:
    return f"{books}/statements/{name}?{urlencode({**MONTH, **chosen})}"


def amounts(page: Page) -> dict[str, Decimal]:
    """The first amount of every line, by its name."""
    rows = page.locator("table.statement tbody tr:not(.heading)")
    found = [row.locator("th, td").all_inner_texts() for row in rows.all()]
    return {row[0].strip(): number(row[1]) for row in found if row[1]}


def test_the_statement_of_a_month_is_that_of_the_command(page: Page, books: str, synced: Home) -> None:
    page.goto(f"{books}/statements/profit-and-loss")
    page.click("text=Last month")
    expect(page.locator("h1 + p")).to_contain_text("April 2026")
    expect(page.locator(".note").first).to_contain_text("match Xero's reports")
    told = synced.run("statement", "profit-and-loss", "--from", MONTH["from"], "--to", MONTH["to"], "--json")
    rows = json.loads(told.out)["rows"]
    assert amounts(page) == {row["account_name"]: Decimal(row["amount"]) for row in rows}


def test_from_a_figure_that_rose_one_comes_to_the_bill_behind_it(page: Page, books: str, synced: Home) -> None:
    page.goto(address(books, "profit-and-loss"))
    page.select_option("select[name=compare]", "prior-period")
    page.click("text=Show")
    expect(page.locator("thead")).to_contain_text("Mar 2026")
    ((account, number_of_bill),) = synced.query(
        "SELECT a.name, j.number FROM ledger.journals j JOIN ledger.journal_lines l USING (tenant_id, journal_id) "
        "JOIN xero.accounts a USING (tenant_id, account_id) WHERE j.source_type = 'ACCPAY' AND a.class = 'EXPENSE' "
        "AND l.net_amount > 0 AND j.journal_date BETWEEN '2026-04-01' AND '2026-04-30' ORDER BY ALL LIMIT 1"
    )
    row = page.locator("tr", has=page.get_by_role("rowheader", name=account, exact=True))
    row.get_by_role("link").first.click()
    expect(page.locator("h1")).to_have_text("General ledger")
    expect(page.locator("table")).to_contain_text(account)
    page.click(f"table >> text={number_of_bill}")
    expect(page.locator("h1")).to_have_text(f"Bill {number_of_bill}")
    for label in ("Total", "Due", "Due date", "Status", "Contact", "Currency"):
        expect(page.locator("dl.facts")).to_contain_text(label)
    expect(page.locator("#items ~ div tbody")).to_contain_text(account)
    lines = page.locator("#lines ~ div tbody tr")
    told = [[cell or "0" for cell in row.locator("td").all_inner_texts()[-2:]] for row in lines.all()]
    assert sum(number(debit) for debit, _ in told) == sum(number(credit) for _, credit in told) > 0
    expect(page.locator("#versions ~ div").first).to_contain_text("First seen")
    page.click("text=Back to General ledger, April 2026")
    expect(page.locator("table")).to_contain_text(account)
    page.go_back()
    page.locator("#lines ~ div tbody a").first.click()
    expect(page.locator("table")).to_contain_text(number_of_bill)


def test_of_a_contact_that_owes_one_sees_the_documents(page: Page, books: str) -> None:
    page.goto(f"{books}/statements/aged-receivables")
    first = page.locator("table.statement tbody tr").first
    name, owed = first.locator("th").inner_text(), first.locator("td").last.inner_text()
    first.get_by_role("link").click()
    rows = page.locator("table.statement tbody tr")
    expect(rows.last.locator("td").last).to_have_text(owed)
    assert {row.locator("th").inner_text() for row in rows.all()} == {name, "Total"}


@pytest.mark.parametrize("name", ["profit-and-loss", "balance-sheet", "trial-balance", "cash-flow", "bank-summary"])
def test_every_link_of_a_statement_leads_somewhere(page: Page, books: str, name: str) -> None:
    page.goto(address(books, name))
    links = page.locator("table.statement a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert links
    for link in set(links):
        assert page.request.get(link).ok, link


def test_the_overview_is_printed_on_four_pages_with_a_chart_on_the_first(page: Page, books: str) -> None:
    page.goto(books)
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))) <= 4
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 695, "height": 1024})  # A4 without its margins
    chart = page.locator(".panel svg:visible").first.bounding_box()
    assert chart and chart["y"] + chart["height"] < 1024


def test_the_workbook_of_a_month_is_one_click_away(page: Page, books: str) -> None:
    page.goto(address(books, "profit-and-loss"))
    with page.expect_download() as begun:
        page.click("text=All statements")
    assert begun.value.suggested_filename.endswith("statements-2026-04-01-to-2026-04-30.xlsx")
    with zipfile.ZipFile(io.BytesIO(begun.value.path().read_bytes())) as made:
        names = made.read("xl/workbook.xml").decode()
    assert all(name in names for name in ("Cover", "Profit and loss", "Reconciliation"))


def test_the_tables_beside_the_charts_are_files_with_the_same_figures(page: Page, books: str) -> None:
    page.goto(books)
    links = page.locator("a[download]").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert len(links) > len(set(links) & {f"{books}/figures/all.xlsx?months=12"}) == 1
    sent = {link: page.request.get(link) for link in links}
    assert all(answer.ok for answer in sent.values())
    cash = next(answer.text() for link, answer in sent.items() if "/cash.csv" in link).lstrip("\ufeff").splitlines()
    shown = page.locator("section[aria-labelledby=cash] tbody tr")
    assert [number(cell) for cell in shown.last.locator("td").all_inner_texts()] == [
        Decimal(cell) for cell in cash[-1].split(",")[1:]
    ]
    with zipfile.ZipFile(io.BytesIO(sent[f"{books}/figures/all.xlsx?months=12"].body())) as made:
        names = made.read("xl/workbook.xml").decode()
    assert all(name in names for name in ("Margins by month", "Cash", "Top customers"))
    assert page.request.get(f"{books}/figures/nothing.csv").status == 404


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_stands_in_the_way_of_a_screen_reader_or_a_keyboard(
    window: Browser, site: AppContext, books: str, scheme: str
) -> None:
    with looking(window, site, color_scheme=scheme, viewport={"width": 1100, "height": 900}) as page:
        for path in pages(books)[:: 1 if scheme == "light" else 4]:
            page.goto(path)
            assert violations(page) == [], path


def test_on_a_telephone_nothing_is_wider_than_the_page(window: Browser, site: AppContext, books: str) -> None:
    with looking(window, site, viewport={"width": 340, "height": 700}) as page:
        for path in pages(books):
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= 340, path


def test_on_a_telephone_the_tab_of_the_page_is_in_view(window: Browser, site: AppContext, books: str) -> None:
    with looking(window, site, viewport={"width": 390, "height": 700}) as page:
        page.goto(f"{books}/checks")
        expect(page.locator(".tabs [aria-current]")).to_be_in_viewport(ratio=1)


def test_a_finding_is_dismissed_without_scrolling_aside(window: Browser, site: AppContext, books: str) -> None:
    for width in (1280, 390):
        with looking(window, site, viewport={"width": width, "height": 900}) as page:
            page.goto(f"{books}/checks")
            card = page.locator("section", has=page.locator("td.dismiss")).first
            card.evaluate("card => { for (const one of card.querySelectorAll('details')) one.open = true; }")
            for field in ("by", "reason"):
                expect(card.locator(f"[name={field}]").first).to_be_visible()
                box = card.locator(f"[name={field}]").first.bounding_box()
                assert box and box["x"] + box["width"] <= width


@pytest.mark.parametrize("width", [1120, 1280])
def test_the_facts_of_an_organisation_stand_in_one_row(window: Browser, site: AppContext, width: int) -> None:
    with looking(window, site, viewport={"width": width, "height": 900}) as page:
        page.goto("/")
        facts = page.locator(".organisation .facts").first.locator("> div")
        assert len({fact.evaluate("one => one.offsetTop") for fact in facts.all()}) == 1


def pages(books: str) -> list[str]:
    account = address(books, "general-ledger", account="200")
    return [*(address(books, name) for name in STATEMENT_PAGES), account, f"{books}/closed-periods", f"{books}/checks"]
