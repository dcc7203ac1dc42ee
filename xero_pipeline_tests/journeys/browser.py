"""A real browser, and the page it looks at: Debian's chromium, driven by Playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from xero_pipeline.settings import Settings
from xero_pipeline.web.address import Address
from xero_pipeline.web.app_context import AppContext, open_context
from xero_pipeline.web.server import serving
from xero_pipeline_tests.journeys.home import Home
from xero_pipeline_tests.xero.person import free_port

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
NO_DAGSTER = "http://127.0.0.1:9"
PATIENCE = 90_000
"""Milliseconds: longer than a sync of a small organisation takes on a busy machine."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser; `.ci/browser` installs it."""
    program = next(filter(None, map(shutil.which, _NAMES)), None)
    if program is None:
        pytest.fail("There is no chromium: `bash .ci/browser` installs it, or says what to do.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_QUIET)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def looking(browser: Browser, site: AppContext, **how: object) -> Iterator[Page]:
    """A window on the first page; whatever the browser complains about fails the test."""
    context = browser.new_context(base_url=site.address.shown, **how)  # pyright: ignore[reportArgumentType]
    context.set_default_timeout(PATIENCE)
    page, complaints = context.new_page(), []

    def hear(message: ConsoleMessage) -> None:
        # The simulated Xero's page is not ours: it has no icon, for one thing. What we refuse is told to people.
        ours = message.location["url"].startswith(site.address.shown)
        refused = "Failed to load resource" in message.text and "404" not in message.text
        if message.type in {"error", "warning"} and ours and not refused:
            complaints.append(f"{message.location['url']}: {message.text}")

    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    try:
        page.goto("/")
        yield page
        assert complaints == [], complaints
    finally:
        context.close()


@contextmanager
def site_of(home: Home) -> Iterator[AppContext]:
    """The page of a home, served in this process, whose environment is the home's meanwhile."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        for name in list(os.environ):
            if name.startswith(("XERO_", "DAGSTER_")):
                monkeypatch.delenv(name)
        for name, value in home.environment().items():
            if name.startswith("XERO_"):
                monkeypatch.setenv(name, value)
        monkeypatch.setenv("DAGSTER_HOME", "")  # so that what the page sets is undone
        home.path.parent.mkdir(parents=True, exist_ok=True)
        monkeypatch.chdir(home.path.parent)
        with open_context(Settings.load(), Address("127.0.0.1", free_port()), NO_DAGSTER) as site, serving(site):
            yield site


def number(text: str) -> Decimal:
    """An amount as the page writes it."""
    return Decimal(text.replace(",", "").replace("−", "-"))


def violations(page: Page) -> list[str]:
    """What axe finds, by rule and place."""
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {node['html'][:120]} {node.get('failureSummary', '')}" for one in found for node in one["nodes"]
    ]
