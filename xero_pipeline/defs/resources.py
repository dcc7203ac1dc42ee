"""Dagster resources: the encrypted token store, the rate-limited client, the warehouse."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import PrivateAttr

from xero_pipeline.container import Services
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.home import is_in_first_sync
from xero_pipeline.settings import Settings

if TYPE_CHECKING:
    from xero_pipeline.sync.landing.store import Landing
    from xero_pipeline.warehouse.store import Warehouse
    from xero_pipeline.xero.auth.organisations import Organisation
    from xero_pipeline.xero.http.client import XeroClient
    from xero_pipeline.xero.http.response import CallRecord
    from xero_pipeline.xero.quota.call_context import CallContext

GLANCE_SECONDS = 20
"""Dagster gives a sensor's tick 60 seconds, all in all."""


def glance(services: Services) -> Warehouse:
    """The warehouse for a look that must be short: waits seconds for whoever writes, not minutes."""
    from xero_pipeline.warehouse.store import Warehouse

    services.home  # noqa: B018 - the folder of the DuckDB file
    return Warehouse(services.settings.warehouse, lock_timeout_seconds=GLANCE_SECONDS)


@contextmanager
def _as_dagsters_error() -> Iterator[None]:
    """Before any error that is not its own Dagster puts a headline about resources, which hides the cause."""
    try:
        yield
    except ConfigurationError as wrong:
        raise dg.DagsterInvariantViolationError(str(wrong)) from None


class _WithServices(dg.ConfigurableResource):
    """A resource over services of its own, made of the environment of the process that runs."""

    _services: Services = PrivateAttr()

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """Read the environment of the process that runs.

        Raises:
            dagster.DagsterInvariantViolationError: A setting is wrong.
        """
        with _as_dagsters_error():
            self._services = Services(Settings.load())

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        """Let go of the databases: a tick of a sensor must not leave a connection behind."""
        self._services.close()


class TokenStoreResource(_WithServices):
    """The encrypted OAuth token store: which organisations are connected, and the tokens that reach them.

    It has no fields on purpose: settings come from the environment (`.env.example` names them), so that neither a key
    nor a token is ever typed into, stored in or shown by Dagster.
    """

    @property
    def services(self) -> Services:
        """The wired services."""
        return self._services

    def first_sync(self) -> str | None:
        """Why sensors ask for nothing now; None where they may: `run` asks for the same itself."""
        if is_in_first_sync(self._services.home):
            return "The sync that `xero-pipeline run` began with is still under way."
        return None

    def connected(self) -> list[Organisation]:
        """The organisations that are to be synced: all but those a person disconnected."""
        return [o for o in self._services.organisations.list() if o.status != "disconnected"]


class XeroResource(dg.ConfigurableResource):
    """The rate-limited Xero client: tokens from the store, 55 calls a minute, the day's budget, retries."""

    token_store: TokenStoreResource

    @property
    def services(self) -> Services:
        """The wired services."""
        return self.token_store.services

    def calls_left(self, tenant_id: str) -> int:
        """Calls that an organisation has left today, as the terminal, `status` and the web page say it."""
        return self.services.quota.snapshot(tenant_id).day_remaining

    def client(
        self,
        call_context: CallContext | None = None,
        *,
        on_call: Callable[[CallRecord], None] | None = None,
        on_wait: Callable[[float, str], None] | None = None,
    ) -> XeroClient:
        """A client for one asset's work.

        Args:
            call_context: What it calls for, and how often it may.
            on_call: Told of every request.
            on_wait: Told before every wait: seconds, and why.
        """
        return self.services.client(call_context, on_call=on_call, on_wait=on_wait)


class WarehouseResource(_WithServices):
    """The warehouse: typed tables that take whole batches and move a cursor with its rows."""

    _kept: ExitStack = PrivateAttr(default_factory=ExitStack)

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """The warehouse stays open for the steps of a run, as long as nobody else wants it.

        Raises:
            dagster.DagsterInvariantViolationError: A setting is wrong.
        """
        super().setup_for_execution(context)
        with _as_dagsters_error():
            self._kept.enter_context(self._services.warehouse.kept_open())

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        """Let others have it."""
        self._kept.close()
        super().teardown_after_execution(context)

    @property
    def warehouse(self) -> Warehouse:
        """The warehouse; its tables are made when it is first used."""
        return self._services.warehouse

    @property
    def landing(self) -> Landing | None:
        """Where answers are kept as received, if they are."""
        return self._services.landing

    def glance(self) -> Warehouse:
        """The warehouse for a look that must be short: waits seconds for whoever writes, not minutes."""
        return glance(self._services)
