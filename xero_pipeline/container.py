"""Every working part, made from the settings on first use. The faces (Dagster, command line) start here."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from xero_pipeline.home import opened, read_rewritten_books, simulator_in
from xero_pipeline.settings import Settings, plain

if TYPE_CHECKING:
    from pathlib import Path

    import httpx
    from sqlalchemy import Engine

    from xero_pipeline.state.deferred_work import DeferredWork
    from xero_pipeline.sync.landing.store import Landing
    from xero_pipeline.warehouse.store import Warehouse
    from xero_pipeline.xero.auth.app import App
    from xero_pipeline.xero.auth.encryption import EncryptionKeys
    from xero_pipeline.xero.auth.oauth import OAuth
    from xero_pipeline.xero.auth.organisations import Organisations
    from xero_pipeline.xero.auth.token_provider import TokenProvider
    from xero_pipeline.xero.auth.token_store import TokenStore
    from xero_pipeline.xero.endpoints import Endpoint
    from xero_pipeline.xero.http.client import XeroClient
    from xero_pipeline.xero.http.response import CallRecord
    from xero_pipeline.xero.http.retry_loop import CircuitBreaker
    from xero_pipeline.xero.http.transport import HttpTransport
    from xero_pipeline.xero.quota.call_context import CallContext
    from xero_pipeline.xero.quota.call_outbox import CallOutbox
    from xero_pipeline.xero.quota.limiter import Quota
    from xero_pipeline.xero.reports.catalogue import Report
    from xero_simulator.simulator import Simulator

SIMULATED_URL = "http://simulator.localhost"
"""Stands for all three hosts of Xero in mock mode; it never leaves the process."""


class Services:
    """The services of one home, wired together.

    Mock mode differs in one thing: where requests go, and that the key of the token store is made for you.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def home(self) -> Path:
        """The folder of everything that is ours; raises ConfigurationError where it belongs to the other mode."""
        return opened(self.settings.home, self.settings.mode)

    @cached_property
    def simulator(self) -> Simulator:
        """Our own Xero, with its state in the home so that all processes see one."""
        return simulator_in(self.home, limits=self.settings.keeps_limits)

    @cached_property
    def transport(self) -> httpx.BaseTransport | None:
        """Where requests go: into the simulator, or (None) to the network."""
        if not self.settings.mock_mode:
            return None
        from xero_simulator.transport import SimulatorTransport

        return SimulatorTransport(self.simulator)

    @cached_property
    def state(self) -> Engine:
        """The state database: tokens, organisations, quotas."""
        from xero_pipeline.state.engine import open_state

        self.home  # noqa: B018 - the folder of the SQLite file
        return open_state(self.settings.state)

    @cached_property
    def keys(self) -> EncryptionKeys:
        """What opens the token store."""
        from xero_pipeline.xero.auth.encryption import EncryptionKeys
        from xero_pipeline.xero.auth.mock_key_file import load_or_make_key_file

        current = plain(self.settings.encryption_key)
        if self.settings.mock_mode and not current:
            current = load_or_make_key_file(self.home / "mock.key")
        return EncryptionKeys.from_settings(current, plain(self.settings.encryption_keys_retired))

    @cached_property
    def token_store(self) -> TokenStore:
        """The encrypted token store."""
        from xero_pipeline.xero.auth.token_store import TokenStore

        return TokenStore(self.state, self.keys)

    @cached_property
    def organisations(self) -> Organisations:
        """The connected organisations."""
        from xero_pipeline.xero.auth.organisations import Organisations

        return Organisations(self.state)

    def app(self, *, login_url: str | None = None, redirect_uri: str | None = None) -> App:
        """The app as Xero knows it; the arguments replace addresses of the settings."""
        from xero_pipeline.xero.auth.app import App
        from xero_pipeline.xero.scopes import chosen_scopes

        settings = self.settings
        mock, custom = settings.mock_mode, settings.custom_connection
        return App(
            client_id=(settings.client_id or "simulated-app") if mock else settings.require_app(),
            client_secret=plain(settings.client_secret),
            redirect_uri=redirect_uri or settings.redirect_uri,
            scopes=chosen_scopes(settings.scopes, *self.needed_scopes(), custom_connection=custom),
            login_url=login_url or (SIMULATED_URL if mock else settings.login_url),
            identity_url=SIMULATED_URL if mock else settings.identity_url,
            api_url=self.api_url,
            custom_connection=custom,
        )

    @property
    def api_url(self) -> str:
        """Where the accounting API is."""
        return SIMULATED_URL if self.settings.mock_mode else self.settings.api_url

    @cached_property
    def reports(self) -> tuple[Report, ...]:
        """The reports that are pulled by themselves; ConfigurationError where XERO_REPORTS names one that is not."""
        from xero_pipeline.xero.reports.catalogue import chosen_reports

        chosen = self.settings
        return chosen_reports(chosen.reports, cash_basis=chosen.cash_basis, custom_layouts=chosen.custom_layouts)

    @property
    def collections(self) -> tuple[Endpoint, ...]:
        """The collections that are read."""
        from xero_pipeline.xero.endpoints import chosen_by

        return chosen_by(self.settings)

    def needed_scopes(self) -> tuple[list[str], list[str]]:
        """The scopes of all collections that are read, and of the reports that were chosen."""
        from xero_pipeline.xero.reports.aged_reports import SCOPE

        aged = [SCOPE] if self.settings.aged_by_contact else []
        collections = [scope for endpoint in self.collections for scope in endpoint.scopes]
        return collections, [*(report.scope for report in self.reports), *aged]

    @cached_property
    def oauth(self) -> OAuth:
        """Xero's OAuth, as our app sees it."""
        return self.oauth_for(self.app())

    def oauth_for(self, app: App) -> OAuth:
        """Xero's OAuth for an app with other addresses."""
        from xero_pipeline.xero.auth.oauth import OAuth

        return OAuth(app, transport=self.transport)

    @cached_property
    def tokens(self) -> TokenProvider:
        """Access tokens, refreshed when they must be."""
        from xero_pipeline.xero.auth.token_provider import TokenProvider

        return TokenProvider(self.token_store, self.oauth, self.organisations)

    @cached_property
    def quota(self) -> Quota:
        """What may still be asked, shared by all processes."""
        from xero_pipeline.xero.quota.limiter import Quota

        known, paced = self.settings, self.settings.keeps_limits
        return Quota(self.state, per_minute=known.calls_per_minute, per_day=known.calls_per_day, paced=paced)

    @cached_property
    def call_outbox(self) -> CallOutbox:
        """The calls that are not in the warehouse yet."""
        from xero_pipeline.xero.quota.call_outbox import CallOutbox

        return CallOutbox(self.state)

    @cached_property
    def deferred_work(self) -> DeferredWork:
        """What resumes later."""
        from xero_pipeline.state.deferred_work import DeferredWork

        return DeferredWork(self.state)

    @cached_property
    def circuit_breaker(self) -> CircuitBreaker:
        """The organisations that Xero does not respond for, as all clients of this process know them."""
        from xero_pipeline.xero.http.retry_loop import CircuitBreaker

        return CircuitBreaker()

    @cached_property
    def http(self) -> HttpTransport:
        """The connections to the API, for all clients of this process: no handshake for every asset."""
        from xero_pipeline.xero.http.transport import HttpTransport

        return HttpTransport(self.transport, time.time)

    def client(
        self,
        call_context: CallContext | None = None,
        *,
        on_call: Callable[[CallRecord], None] | None = None,
        on_wait: Callable[[float, str], None] | None = None,
    ) -> XeroClient:
        """A client for one asset's work; before every wait `on_wait` is told for how many seconds, and why."""
        from xero_pipeline.xero.http.client import XeroClient

        return XeroClient(
            api_url=self.api_url,
            tokens=self.tokens,
            quota=self.quota,
            http=self.http,
            on_call=on_call,
            on_wait=on_wait,
            call_context=call_context,
            circuit_breaker=self.circuit_breaker,
            fall_back=self.tokens.fall_back_to_other_grant,
        )

    @cached_property
    def warehouse(self) -> Warehouse:
        """The warehouse; its tables are made when it is first used."""
        return self.open_warehouse()

    @cached_property
    def books(self) -> Warehouse:
        """The same for who only reads it: does not wait for a sync, nor a sync for it."""
        return self.open_warehouse(lock_timeout_seconds=30, reads_copy=True)

    def open_warehouse(self, *, lock_timeout_seconds: float = 120, reads_copy: bool = False) -> Warehouse:
        """A warehouse with its ledger, for those who wait less or longer for whoever has the file."""
        from xero_pipeline.ledger.schema import LedgerLayout
        from xero_pipeline.warehouse.store import Warehouse

        self.home  # noqa: B018 - the folder of the DuckDB file
        url, layout = self.settings.warehouse, LedgerLayout()
        return Warehouse(url, lock_timeout_seconds=lock_timeout_seconds, derived=layout, reads_copy=reads_copy)

    @cached_property
    def landing(self) -> Landing | None:
        """Where answers are kept as received, if they are."""
        from xero_pipeline.sync.landing.store import Landing

        place = self.settings.landing
        return Landing(place, self.warehouse) if place else None

    def check(self) -> None:
        """Find a wrong setting, or a warehouse that is not for us, before any work begins.

        Raises:
            ConfigurationError: One is missing or wrong; a newer program wrote the warehouse.
        """
        _ = self.app(), self.keys, self.reports
        self.warehouse.prepare()
        read_rewritten_books(self.home, self.warehouse.forget_cursors)

    def close(self) -> None:
        """Let go of the databases and connections before another program takes over."""
        if http := self.__dict__.pop("http", None):
            http.close()
        if "state" in self.__dict__:
            self.state.dispose()
