"""Apps, people and their consents at the real simulator, in one process and by one clock."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import msgspec

from xero_pipeline.state.engine import open_state
from xero_pipeline.xero.auth import consent_flow
from xero_pipeline.xero.auth.app import App
from xero_pipeline.xero.auth.encryption import EncryptionKeys
from xero_pipeline.xero.auth.oauth import OAuth
from xero_pipeline.xero.auth.organisations import Organisations
from xero_pipeline.xero.auth.token_provider import TokenProvider
from xero_pipeline.xero.auth.token_store import TokenStore
from xero_pipeline.xero.http.client import XeroClient
from xero_pipeline.xero.quota.limiter import Quota
from xero_pipeline_tests.simulator.helpers import TinyCompany
from xero_pipeline_tests.xero.desk import KEY, Clock
from xero_pipeline_tests.xero.person import free_port
from xero_simulator.apps import SimulatedApp
from xero_simulator.config import BooksConfig
from xero_simulator.person import Person
from xero_simulator.simulator import Simulator
from xero_simulator.transport import SimulatorTransport

ROBIN, KIM = "Robin Keeper", "Kim Ledger"
SCOPES = ("offline_access", "openid", "accounting.settings.read")
XERO = "https://xero.test"
CUSTOM = {"client_id": "custom-1", "client_secret": "s1", "custom_connection": True}
OTHER = {"client_id": "custom-2", "client_secret": "s2", "custom_connection": True}


class Streets(Simulator):
    """The simulator around companies that have a name and two currencies: books take longer to write."""

    def company(self, tenant_id):
        names = {one.tenant_id: one.name for one in self.organisations()}
        organisation = {"OrganisationID": tenant_id, "Name": names[tenant_id]}
        currencies = [{"Code": code, "Description": code} for code in ("NZD", "EUR")]
        return TinyCompany(tenant_id, {"Organisations": [organisation], "Currencies": currencies})


class World:
    """A simulated Xero with three organisations, and its clock."""

    def __init__(self, *apps: SimulatedApp) -> None:
        self.clock = Clock()
        config = BooksConfig(today=dt.date(2026, 11, 22), organisations=3, invoices=5, months=1)
        self.simulator = Streets(config, clock=self.clock, limits=None, apps=apps)
        self.transport = SimulatorTransport(self.simulator)
        self.tenants = [one.tenant_id for one in self.simulator.organisations()]

    @contextmanager
    def home(self, path: Path, **app: object) -> Iterator[Home]:
        """Our side: a state database, and an app that may be a custom connection."""
        path.mkdir(exist_ok=True)
        engine = open_state(f"sqlite:///{path}/state.db")
        try:
            yield Home(self, path, engine, **app)
        finally:
            engine.dispose()


def two_custom_apps() -> World:
    """A Xero that knows two custom connections, of the first and the last organisation, and an app for people."""
    tenants = World().tenants
    return World(
        SimulatedApp("custom-1", "s1", tenant_id=tenants[0]),
        SimulatedApp("custom-2", "s2", tenant_id=tenants[2]),
        SimulatedApp("an-app", "s3cret"),
    )


class Home:
    """Our side of one app."""

    def __init__(self, world: World, path: Path, engine, **app) -> None:
        self.world, self.path, self.engine = world, path, engine
        self.token_store, self.organisations = (
            TokenStore(engine, EncryptionKeys(KEY), world.clock),
            Organisations(engine, world.clock),
        )
        self.app = {"client_id": "an-app", "client_secret": "s3cret", "custom_connection": False, **app}
        self.oauth = self.oauth_at(free_port())
        self.tokens = TokenProvider(self.token_store, self.oauth, self.organisations, world.clock)

    def oauth_at(self, port: int) -> OAuth:
        app = App(
            redirect_uri=f"http://localhost:{port}/xero/callback",
            scopes=SCOPES,
            login_url=XERO,
            identity_url=XERO,
            api_url=XERO,
            **self.app,
        )
        return OAuth(app, self.world.transport, self.world.clock, self.world.clock.sleep)

    def connect(self, name: str = ROBIN, *places: int):
        """Somebody consents to organisations, by their places; to all of them without any."""
        oauth, threads = self.oauth_at(free_port()), []
        ticked = [self.world.tenants[place] for place in places] or None

        def answer(url: str) -> None:
            back = httpx.URL(Person(self.world.transport, name).allow(url, ticked))
            httpx.get(back.copy_with(host="127.0.0.1"), timeout=30, trust_env=False)

        def announce(url: str) -> None:
            threads.append(threading.Thread(target=answer, args=(url,)))
            threads[0].start()

        try:
            return consent_flow.connect(
                oauth, self.token_store, self.organisations, announce=announce, open_browser=None, timeout_seconds=30
            )
        finally:
            for thread in threads:
                thread.join(30)

    def disconnect(self, place: int) -> bool:
        one = self.organisations.get(self.world.tenants[place])
        return consent_flow.disconnect(self.oauth, self.token_store, self.organisations, one)

    def disconnect_all(self, consent_id: str) -> None:
        consent_flow.disconnect_all(self.oauth, self.token_store, self.organisations, consent_id)

    def check(self) -> list[int]:
        lost = consent_flow.check(self.oauth, self.token_store, self.organisations)
        return [self.world.tenants.index(one.tenant_id) for one in lost]

    def status(self) -> list[str | None]:
        """Of each organisation, by place."""
        known = [self.organisations.get(tenant_id) for tenant_id in self.world.tenants]
        return [one and one.status for one in known]

    def client(self) -> XeroClient:
        return XeroClient(
            api_url=XERO,
            tokens=self.tokens,
            quota=Quota(self.engine, clock=self.world.clock),
            transport=self.world.transport,
            clock=self.world.clock,
            sleep=self.world.clock.sleep,
            fall_back=self.tokens.fall_back_to_other_grant,
        )

    def read(self, place: int) -> str:
        """One call; gives the name the organisation's books have."""
        with self.client() as client:
            body = client.get(self.world.tenants[place], "Organisation").body
        return msgspec.json.decode(body)["Organisations"][0]["Name"]

    def consent_of(self, place: int) -> str:
        return self.organisations.get(self.world.tenants[place]).consent_id

    def revoke_at_xero(self, consent_id: str) -> None:
        """The person takes the consent back without us."""
        self.oauth.revoke(self.token_store.load(consent_id).refresh_token)
