"""`python -m reference.screenshots [URL]`: take the pictures of the web page in `docs/images` from a running one.

Run it beside a `make run` in mock mode after the first sync. It presses *Sync now*: one picture shows a sync. That of a
closed period is taken where there is one that changed, as in `make demo`.
"""

from __future__ import annotations

import base64
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ViewportSize

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
DESK: ViewportSize = {"width": 1120, "height": 1330}
PHONE: ViewportSize = {"width": 390, "height": 844}
REPORTS = "a[href^='/books/']"


def main(url: str = "http://localhost:3001") -> None:
    """Write every picture."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        _phone(browser, url)
        _reports(browser, url)
        _statement(browser, url)
        _document(browser, url)
        _overdue(browser, url)
        _closed_period(browser, url)
        _sync(browser, url)
        _syncing(browser, url)
        browser.close()


def _phone(browser: Browser, url: str) -> None:
    """The first page and the receivables, side by side, in dark mode."""
    page = browser.new_page(base_url=url, viewport=PHONE, color_scheme="dark")
    page.goto("/")
    shots = [page.screenshot()]
    page.click(REPORTS)
    page.locator("#receivables").scroll_into_view_if_needed()
    page.evaluate("scrollTo(0, document.getElementById('receivables').getBoundingClientRect().top + scrollY - 40)")
    shots.append(page.screenshot())
    sources = [f"data:image/png;base64,{base64.b64encode(shot).decode()}" for shot in shots]
    page.close()
    page = browser.new_page(viewport={"width": 2 * PHONE["width"] + 36, "height": PHONE["height"] + 24})
    images = "".join(f"<img src='{source}' style='border-radius:12px'>" for source in sources)
    page.set_content(f"<body style='margin:12px;display:flex;gap:12px;background:#444c56'>{images}</body>")
    page.screenshot(path=IMAGES / "web-telephone.png")
    page.close()


def _reports(browser: Browser, url: str) -> None:
    page = browser.new_page(base_url=url, viewport=DESK, color_scheme="light")
    page.goto("/")
    page.click(REPORTS)
    page.locator(".panel").first.wait_for()
    page.screenshot(path=IMAGES / "web-figures.png")
    page.close()


def _statement(browser: Browser, url: str) -> None:
    """The profit and loss of the month before, beside the one before that."""
    page = browser.new_page(base_url=url, viewport={"width": 1120, "height": 1000}, color_scheme="light")
    page.goto("/")
    page.click(REPORTS)
    page.get_by_role("link", name="Profit and loss", exact=True).first.click()
    page.click("text=Last month")
    page.select_option("select[name=compare]", "prior-period")
    page.click("text=Show")
    page.locator("thead small >> nth=2").wait_for()
    page.screenshot(path=IMAGES / "web-statement.png")
    page.close()


def _document(browser: Browser, url: str) -> None:
    """The first bill in the ledger of last month's cost of sales."""
    page = browser.new_page(base_url=url, viewport=DESK, color_scheme="light")
    page.goto("/")
    page.click(REPORTS)
    page.get_by_role("link", name="General ledger", exact=True).click()
    page.click("text=Last month")
    page.click(".accounts >> text=Cost of Goods Sold")
    page.locator("tr", has_text="Bill").first.get_by_role("link").click()
    page.locator("#items").wait_for()
    page.screenshot(path=IMAGES / "web-document.png")
    page.close()


def _overdue(browser: Browser, url: str) -> None:
    """Which customers owe what, and since when it is overdue."""
    page = browser.new_page(base_url=url, viewport={"width": 1120, "height": 900}, color_scheme="light")
    page.goto("/")
    page.click(REPORTS)
    page.get_by_role("link", name="Aged receivables", exact=True).first.click()
    page.get_by_role("columnheader", name="Overdue").first.wait_for()
    page.screenshot(path=IMAGES / "web-overdue.png")
    page.close()


def _closed_period(browser: Browser, url: str) -> None:
    """What changed in a locked month, of the first organisation in which something did."""
    page = browser.new_page(base_url=url, viewport={"width": 1120, "height": 1100}, color_scheme="light")
    page.goto("/")
    links = {str(link.get_attribute("href")).split("#")[0] for link in page.locator(REPORTS).all()}
    for books in sorted(links):
        page.goto(f"{books}/closed-periods")
        if page.get_by_role("button", name="Accept").count():
            page.screenshot(path=IMAGES / "web-closed-periods.png", full_page=True)
            break
    page.close()


def _sync(browser: Browser, url: str) -> None:
    """What is synced of an organisation."""
    page = browser.new_page(base_url=url, viewport={"width": 1120, "height": 1000}, color_scheme="light")
    page.goto("/")
    page.click(REPORTS)
    page.get_by_role("link", name="Sync", exact=True).click()
    page.locator("#tables-title").wait_for()
    page.screenshot(path=IMAGES / "web-sync.png")
    page.close()


def _syncing(browser: Browser, url: str) -> None:
    page = browser.new_page(base_url=url, viewport={"width": 1120, "height": 750}, color_scheme="light")
    page.goto("/")
    page.click("button[id^='sync-']")
    page.locator("text=/[4-9] of [0-9]+ tables/").wait_for(timeout=120_000)
    page.screenshot(path=IMAGES / "web-organisations.png")
    page.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
