"""The page of a home in mock mode, really served, and a client that keeps cookies as a browser does."""

from __future__ import annotations

import re
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import dagster as dg
import httpx
import pytest
from pydantic import SecretStr

from xero_pipeline.container import Services
from xero_pipeline.settings import Settings
from xero_pipeline.web.address import Address
from xero_pipeline.web.app_context import AppContext
from xero_pipeline.web.server import serving
from xero_pipeline_tests.clock import TODAY
from xero_pipeline_tests.xero.person import free_port
from xero_simulator.config import BooksConfig
from xero_simulator.person import Person
from xero_simulator.simulator import Simulator

NO_DAGSTER = "http://127.0.0.1:9"
PASSWORD = "correct-horse-battery"


class Browser(httpx.Client):
    """A browser: keeps cookies, and sends what our pages give it."""

    def __init__(self, site):
        super().__init__(base_url=f"http://localhost:{site.address.port}", trust_env=False, timeout=30)

    @property
    def csrf(self):
        return self.get("/api/session").json()["csrf"]

    def csrf_of_login(self):
        return re.search(r'name="csrf" value="([^"]+)"', self.get("/login").text)[1]

    def submit(self, path, **fields):
        return self.post(path, data={"csrf": self.csrf, **fields}, headers={"Origin": str(self.base_url).rstrip("/")})

    def tell(self, path, **fields):
        return self.post(path, json=fields, headers={"X-CSRF-Token": self.csrf})

    def connect(self):
        """Gives the consent, and tells the tenant ids of what it connected."""
        answered = Person().allow(self.tell("/api/connect").json()["url"])
        return [one["tenant_id"] for one in self.tell("/api/callback", url=answered).json()["connected"]]


@contextmanager
def served(folder, *, host="127.0.0.1", public=None, organisations=2, **changes):
    """A home of its own, without Dagster beside it, and its page."""
    settings = Settings.load(pipeline_home=folder / "home", mock_mode=True, _env_file=None, **changes)
    services = Services(settings)
    books = BooksConfig(today=TODAY, organisations=organisations, invoices=20, months=2)
    services.__dict__["simulator"] = Simulator(books, limits=None)
    (folder / "dagster").mkdir()
    with dg.DagsterInstance.local_temp(str(folder / "dagster")) as instance:
        site = AppContext(services, instance, Address(host, free_port(), public), NO_DAGSTER)
        try:
            site.warm()
            with serving(site):
                yield site
        finally:
            site.close()


class _OneMore:
    """The organisations of a home, and another."""

    def __init__(self, organisations, one):
        self._organisations = organisations
        self._one = one

    def get(self, tenant_id):
        return self._one if tenant_id == self._one.tenant_id else self._organisations.get(tenant_id)

    def __getattr__(self, name):
        return getattr(self._organisations, name)


def know_another(site, **changes):
    """Let the page know an organisation that is like its first but for some changes, and whose books a test writes."""
    known = site.services.organisations
    site.services.__dict__["organisations"] = _OneMore(known, replace(known.list()[0], **changes))


@pytest.fixture(scope="session")
def shared_site(tmp_path_factory):
    """For tests that change nothing: two organisations are connected, nothing was synced."""
    with served(tmp_path_factory.mktemp("shared")) as site:
        with Browser(site) as browser:
            browser.connect()
        yield site


@pytest.fixture(scope="session")
def guarded(tmp_path_factory):
    """A page that listens beyond this machine; nothing is connected."""
    folder = tmp_path_factory.mktemp("guarded")
    with served(folder, host="0.0.0.0", web_password=SecretStr(PASSWORD)) as site:
        yield site


@pytest.fixture
def site(tmp_path):
    """A page of the test's own, of a home where nothing is connected."""
    with served(tmp_path) as site:
        yield site


@pytest.fixture
def make_browser():
    """Makes browsers that are closed again."""
    with ExitStack() as stack:
        yield lambda site: stack.enter_context(Browser(site))


@pytest.fixture
def browser(make_browser, shared_site):
    return make_browser(shared_site)
