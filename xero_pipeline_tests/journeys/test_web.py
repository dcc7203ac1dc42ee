"""In a real browser: from nothing connected to figures on the page, and what people do there afterwards."""

from __future__ import annotations

import datetime as dt
import json
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from xero_pipeline.ledger.statements.aged import aged
from xero_pipeline.web import syncs
from xero_pipeline.web.app_context import AppContext
from xero_pipeline.web.formatting import money
from xero_pipeline_tests.clock import TODAY
from xero_pipeline_tests.journeys.browser import PATIENCE, chromium, looking, number, site_of, violations
from xero_pipeline_tests.journeys.home import Home, live
from xero_pipeline_tests.journeys.watched import Watched
from xero_pipeline_tests.thoroughness import proof
from xero_pipeline_tests.web.dagster_double import Dagster
from xero_simulator.faults.catalogue import Fault

# Begins before the others: its one synced organisation serves all of them.
pytestmark = pytest.mark.timeout(600)

SYNC_NOW = "button:text-is('Sync now')"
# Of the usual reports those that the figures are made of.
REPORTS = "trial_balance,profit_and_loss,balance_sheet,bank_summary"
CUT = """[...document.querySelectorAll("main td, main tbody th, main tfoot th")].filter((cell) => {
  const box = cell.getBoundingClientRect();
  const around = cell.closest(".scroll").getBoundingClientRect();
  const cut = box.left < around.left || box.right > around.right + 1;
  return cut || !box.width || cell.scrollWidth > cell.clientWidth + 1;
}).map((cell) => cell.textContent)"""
"""The cells that cannot be seen whole without scrolling."""


@dataclass
class Journey:
    """What the tests share: a browser, a home that was connected and synced in it, and the page of it."""

    browser: Browser
    home: Home
    site: AppContext
    first_sight: str
    after_consent: str
    progress: list[str]

    @property
    def tenant_id(self) -> str:
        return self.site.services.organisations.list()[0].tenant_id


@pytest.fixture(scope="module")
def window() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def journey(
    window: Browser, xero: Watched, first_month: dt.date, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Journey]:
    settings = {"XERO_CLIENT_ID": "web", "XERO_REPORTS": REPORTS}
    home = live(tmp_path_factory.mktemp("web") / "home", xero.url, first_month.isoformat(), **settings)
    expect.set_options(timeout=PATIENCE)
    with site_of(home) as site, looking(window, site) as page:
        first_sight = page.inner_text("main")
        consent(page, "Allow access")
        after_consent = page.inner_text("main")
        page.click(SYNC_NOW)
        seen: list[str] = []
        deadline = time.monotonic() + 400
        while page.locator(".progress").count() or not page.locator("text=View reports").count():
            seen += page.locator(".progress").all_inner_texts()
            page.wait_for_timeout(300)
            assert time.monotonic() < deadline, page.inner_text("main")
        yield Journey(window, home, site, first_sight, after_consent, seen)


@pytest.fixture
def page(journey: Journey) -> Iterator[Page]:
    journey.home.a_minute_passes()
    with looking(journey.browser, journey.site) as page:
        yield page


def consent(page: Page, button: str) -> None:
    page.click("#connect, [id^=again-]")
    page.click(f"button:text-is('{button}')")
    page.wait_for_url(re.compile("/$"))


def test_connect_and_sync_lead_from_nothing_to_the_books(journey: Journey) -> None:
    assert "No organisation is connected yet" in journey.first_sight
    assert re.search(r"Connected .* Limited\. Press Sync now", journey.after_consent)
    assert "Last sync\nNever" in journey.after_consent
    # Progress was seen to go on, table by table.
    syncing = [text for text in journey.progress if text.startswith("Sync")]
    done = [int(found[1]) for text in syncing if (found := re.search(r"(\d+) of \d+ tables", text))]
    assert done == sorted(done)
    assert len(set(done)) > 2
    ((invoices,),) = journey.home.query("SELECT count(*) FROM xero.invoices")
    assert invoices > 50


def test_the_figures_are_those_of_xero(journey: Journey, page: Page) -> None:
    page.click("text=View reports")
    expect(page.locator("h1")).to_have_text(journey.site.services.organisations.list()[0].name)
    months = {row[0]: row[-1] for row in cells(page, "profit-and-loss")}
    told = journey.home.query(
        "SELECT strftime(period_start, '%b %Y'), amount FROM xero.profit_and_loss "
        "WHERE account_name = 'Net Profit' AND basis = 'accrual'"
    )
    assert {month: number(amount) for month, amount in months.items() if month != "Total"} == dict(told)
    ((owed,),) = journey.home.query(
        "SELECT amount FROM xero.balance_sheet WHERE account_name = 'Accounts Receivable' "
        "ORDER BY period_end DESC LIMIT 1"
    )
    # Documents and money are shown at the rates they were booked at; Xero's balance sheet has the rate of its day.
    ((gain, gain_of_banks),) = journey.home.query(
        "SELECT sum(unrealised_gain) FILTER (system_account = 'DEBTORS'), sum(unrealised_gain) FILTER (type = 'BANK') "
        "FROM ledger.revaluations JOIN xero.accounts USING (tenant_id, account_id) "
        "WHERE period_end = (SELECT max(period_end) FROM ledger.revaluations)"
    )
    owed -= gain
    assert number(cells(page, "receivables")[-1][-1]) == owed
    with journey.site.services.warehouse.reading() as connection:
        documents = aged(connection, journey.tenant_id, "receivables", TODAY)
    overdue = sum(one.open_amount_base or 0 for one in documents if one.days_overdue)
    expect(page.locator("section[aria-labelledby=receivables] p").first).to_contain_text(
        f"{money(owed)} NZD; {money(overdue)} of it is overdue"
    )
    ((bank,),) = journey.home.query(
        "SELECT amount FROM xero.balance_sheet WHERE account_name = 'Total Bank' ORDER BY period_end DESC LIMIT 1"
    )
    assert number(cells(page, "cash")[-1][-1]) == bank - gain_of_banks
    for panel in ("profit-and-loss", "cash", "receivables", "customers"):
        drawing = page.locator(f"section[aria-labelledby={panel}] .wide svg").first
        expect(drawing).to_be_visible()
        assert drawing.get_attribute("role") in {"img", "group"}
        assert drawing.locator("title").text_content()


def test_a_chart_says_its_figures_to_the_keyboard(journey: Journey, page: Page) -> None:
    page.goto(f"/books/{journey.tenant_id}")
    place = page.locator("section[aria-labelledby=margins] .wide .place")
    stops = place.evaluate_all("all => all.map(one => one.tabIndex)")
    assert (stops.count(0), stops[-1]) == (1, 0), "a chart is one stop"
    place.last.focus()
    expect(place.last.locator(".tip")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    before = place.nth(len(stops) - 2)
    expect(before.locator(".tip")).to_be_visible()
    expect(place.last.locator(".tip")).to_be_hidden()
    row = cells(page, "margins")[len(stops) - 2]
    assert before.get_attribute("aria-label") == f"{row[0]}: Gross margin {row[1]}; Net margin {row[2]}"


def test_all_digits_are_of_one_width_in_the_pages_own_typeface(journey: Journey, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/books/{journey.tenant_id}")
    page.evaluate("document.fonts.ready")
    assert page.evaluate("[...document.fonts].map(one => one.status)") == ["loaded", "loaded"]
    assert all(url.startswith(journey.site.address.shown) for url in asked)
    (width,) = page.locator("td.number").first.evaluate(
        """cell => [...new Set([..."0123456789"].map((digit) => {
          const span = cell.appendChild(document.createElement("span"));
          span.textContent = digit.repeat(20);
          return span.getBoundingClientRect().width;
        }))]"""
    )
    assert width > 0


def test_the_sync_page_tells_what_the_warehouse_the_plan_and_the_runs_say(journey: Journey) -> None:
    in_auckland = {"timezone_id": "Pacific/Auckland"}
    planned = json.loads(journey.home.run("plan", "--json").out)["total"]["calls"]
    with looking(journey.browser, journey.site, **in_auckland) as page:
        page.click("text=View reports")
        page.get_by_role("link", name="Sync", exact=True).click()
        (invoices,) = [row.locator("th, td").all_inner_texts() for row in page.get_by_role("row").all()
                       if row.locator("th").all_inner_texts() == ["Invoices"]]  # fmt: skip
        ((rows, newest),) = journey.home.query("SELECT count(*), max(updated_date_utc) FROM xero.invoices")
        local = newest.astimezone(ZoneInfo("Pacific/Auckland"))
        assert (invoices[1], invoices[3], invoices[4]) == ("Up to date", f"{local:%-d %b %Y, %H:%M}", f"{rows:,}")
        expect(page.locator("[data-zone]")).to_contain_text("Pacific/Auckland")
        total = [number(cell) for cell in page.locator("tfoot .number").all_inner_texts()]
        assert total[1] == journey.site.status.one(journey.tenant_id)["calls_today"]
        assert total[3] == planned
        # The sync is the oldest of the runs: reports and the ledger follow it.
        run = page.locator("details.run").last
        run.locator("summary").click()
        assert number(run.get_by_role("row", name=re.compile("^Invoices")).locator(".number").last.inner_text()) >= rows
        expect(run.locator("summary")).to_contain_text("Done")


def test_sync_now_shows_at_once_that_it_was_pressed(journey: Journey, page: Page) -> None:
    page.goto(f"/books/{journey.tenant_id}/sync")
    page.route("**/sync", lambda route: route.abort())  # the program does not answer, and nothing is synced
    label = page.evaluate(
        """() => { const button = document.querySelector("[id^=sync-] [type=submit], button[id^=sync-]");
        button.click(); return button.textContent; }"""
    )
    assert label == "Starting…"
    expect(page.locator(".note.bad")).to_contain_text("did not answer")
    expect(page.locator(SYNC_NOW)).to_be_visible()


def test_longer_than_there_are_books_it_begins_with_the_first_month_there_is(
    journey: Journey, page: Page, first_month: dt.date
) -> None:
    page.goto(f"/books/{journey.tenant_id}?months=36")
    expect(page.locator("h1 + p")).to_contain_text(f"{first_month:%B %Y} to ")
    ((sold,),) = journey.home.query("SELECT MIN(date) FROM xero.invoices WHERE type = 'ACCREC'")
    assert sold.replace(day=1) == first_month
    expect(page.locator("section[aria-labelledby=customers] p").first).to_contain_text(f"since {first_month:%B %Y}")


def test_no_answer_holds_a_token_or_a_key(journey: Journey, page: Page, xero: Watched) -> None:
    secrets = {*xero.secrets, journey.home.variables["XERO_ENCRYPTION_KEY"]}
    assert len(secrets) > 2
    paths = ("/", "/live", f"/books/{journey.tenant_id}", "/api/status", "/api/logs", "/api/scheduler")
    for path in (*paths, f"/api/figures/{journey.tenant_id}"):
        answer = page.request.get(path)
        assert answer.ok
        assert not [secret for secret in secrets if secret in answer.text()]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_stands_in_the_way_of_a_screen_reader_or_a_keyboard(journey: Journey, scheme: str) -> None:
    how = {"color_scheme": scheme, "viewport": {"width": 700, "height": 900}}
    with looking(journey.browser, journey.site, **how) as page:
        assert violations(page) == []
        page.click("[data-question]")
        expect(page.locator("dialog")).to_be_visible()
        assert violations(page) == []
        page.keyboard.press("Enter")  # on what is chosen already: to keep it connected
        expect(page.locator("dialog")).to_be_hidden()
        for path in (f"/books/{journey.tenant_id}", f"/books/{journey.tenant_id}/sync"):
            page.goto(path)
            for run in page.locator("details.run").all():
                run.locator("summary").click()
            assert violations(page) == []


def test_on_a_telephone_nothing_is_wider_than_the_page_and_no_cell_is_cut(journey: Journey) -> None:
    with looking(journey.browser, journey.site, viewport={"width": 340, "height": 700}) as page:
        for path in ("/", f"/books/{journey.tenant_id}/sync", f"/books/{journey.tenant_id}"):
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= 340
            assert page.evaluate(CUT) == []
            # A table for those who do not see it, all the same.
            assert violations(page) == []
        expect(page.get_by_role("columnheader", name="Net profit", exact=True)).to_have_count(1)
        last = page.get_by_role("table").first.get_by_role("row").last
        expect(last.get_by_role("rowheader")).to_have_text("Total")
        expect(last.get_by_role("cell")).to_have_count(4)
        expect(last.get_by_role("cell").last).to_be_visible()
        expect(page.locator(".narrow svg").first).to_be_visible()
        expect(page.locator(".wide svg").first).to_be_hidden()


@pytest.mark.parametrize(("width", "in_a_row"), [(340, 2), (820, 2), (1120, 4)])
def test_the_tiles_fill_their_rows_on_a_phone_a_tablet_and_a_desk(journey: Journey, width: int, in_a_row: int) -> None:
    with looking(journey.browser, journey.site, viewport={"width": width, "height": 700}) as page:
        page.goto(f"/books/{journey.tenant_id}")
        tops = page.locator(".tiles li").evaluate_all("tiles => tiles.map(tile => tile.offsetTop)")
        assert [tops.count(top) for top in sorted(set(tops))] == [in_a_row] * (4 // in_a_row)


def test_the_keyboard_alone_turns_the_daily_sync_off_and_on_and_another_tab_sees_it(
    journey: Journey, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = Dagster()
    beside.run = "Run"
    monkeypatch.setattr(journey.site.dagster, "_http", httpx.Client(transport=httpx.MockTransport(beside)))
    journey.site.dagster.forget()
    with looking(journey.browser, journey.site) as other:
        for state in ("false", "true"):
            page.focus("#auto")
            page.keyboard.press("Space")
            expect(page.locator("#auto")).to_have_attribute("aria-checked", state)
            assert page.evaluate("document.activeElement.id") == "auto"
            expect(other.locator("#auto")).to_have_attribute("aria-checked", state)
    journey.site.dagster.forget()


@proof
def test_a_sync_that_fails_says_why_in_both_tabs_and_the_next_one_clears_it(
    journey: Journey, page: Page, xero: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One table is enough to fail, and to go well again.
    whole = syncs._command
    monkeypatch.setattr(syncs, "_command", lambda tenant_id: [*whole(tenant_id), "--select", "accounts"])
    with xero.looking(), looking(journey.browser, journey.site) as other:
        xero.simulator.faults.add(Fault("disconnected", path="Accounts", tenant_id=journey.tenant_id, times=None))
        # Xero answers when the other tab has looked: it looks only now and then, and this sync is short.
        looked = threading.Event()
        xero.on_call = lambda _: looked.wait(20)
        page.click(SYNC_NOW)
        expect(page.locator(".note")).to_contain_text("started")
        expect(other.locator(".progress")).to_be_visible()
        expect(other.locator(SYNC_NOW)).to_be_disabled()
        looked.set()
        for tab in (page, other):
            expect(tab.locator(".problem")).to_contain_text("Sync failed.")
            expect(tab.locator(".state.failure").first).to_be_visible()
        page.click("summary")
        expect(page.locator(".why p").first).to_contain_text(journey.tenant_id)
    page.click(SYNC_NOW)
    expect(page.locator(".progress")).to_be_visible()
    expect(page.locator(".problem")).to_be_hidden()
    expect(page.locator(".progress")).to_be_hidden()
    expect(page.locator(".problem")).to_be_hidden()


def test_a_page_from_before_the_program_was_started_again_is_refused_and_says_what_to_do(
    journey: Journey, page: Page
) -> None:
    journey.site.sessions._kept.clear()
    page.click("#auto")
    expect(page.locator(".note.bad")).to_contain_text("Load it again")
    page.reload()
    assert page.locator("#auto").get_attribute("aria-checked") == "true"


def test_disconnect_asks_first_a_denied_consent_changes_nothing_and_a_given_one_connects_again(
    journey: Journey, page: Page
) -> None:
    page.click("[data-question]")
    page.click("text=Keep it connected")
    expect(page.locator(".pill").first).to_have_text("Connected")
    page.click("[data-question]")
    page.click("dialog button:text-is('Disconnect')")
    expect(page.locator(".note")).to_contain_text("The data already loaded stays")
    expect(page.locator(".pill").first).to_have_text("Disconnected")
    consent(page, "Cancel")
    expect(page.locator(".note.bad")).to_contain_text("was declined")
    expect(page.locator(".pill").first).to_have_text("Disconnected")
    consent(page, "Allow access")
    expect(page.locator(".pill").first).to_have_text("Connected")


def test_mock_mode_has_the_consent_page_at_the_pages_own_address(window: Browser, first_month, tmp_path) -> None:
    home = Home(tmp_path / "home", {"XERO_START_DATE": first_month.isoformat()})
    with site_of(home) as site, looking(window, site) as page:
        page.click("#connect")
        assert page.url.startswith(site.address.shown)
        expect(page.locator("main")).to_contain_text("Simulated Xero")
        page.click("text=Allow access")
        expect(page.locator(".pill").first).to_have_text("Connected")


def cells(page: Page, panel: str) -> list[list[str]]:
    """The rows of a panel's table, without its head."""
    rows = page.locator(f"section[aria-labelledby={panel}] table").locator("tbody tr, tfoot tr")
    return [row.locator("th, td").all_inner_texts() for row in rows.all()]
