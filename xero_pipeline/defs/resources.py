"""Dagster resources: the encrypted token store, the rate-limited client, the warehouse."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import dagster as dg
from pydantic import Field, PrivateAttr

from xero_pipeline.container import Services
from xero_pipeline.defs.xero_app import ITS_OWN
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.home import is_in_first_sync
from xero_pipeline.settings import Settings
from xero_pipeline.sync.progress import Progress

if TYPE_CHECKING:
    from xero_pipeline.defs.naming import Naming
    from xero_pipeline.sync.landing.store import Landing
    from xero_pipeline.warehouse.store import Warehouse
    from xero_pipeline.xero.auth.organisations import Organisation
    from xero_pipeline.xero.http.client import XeroClient
    from xero_pipeline.xero.http.response import CallRecord
    from xero_pipeline.xero.quota.call_context import CallContext

TOKEN_STORE, XERO, WAREHOUSE, PROGRESS = "xero_token_store", "xero", "xero_warehouse", "xero_progress"
"""The keys of the resources of the app of the environment."""

ASSET_RESOURCES = (XERO, WAREHOUSE, PROGRESS)
"""Those that assets need."""

GLANCE_SECONDS = 20
"""Dagster gives a sensor's tick 60 seconds, all in all."""


def glance(services: Services) -> Warehouse:
    """The warehouse for a look that must be short: waits seconds for whoever writes, not minutes."""
    return services.open_warehouse(lock_timeout_seconds=GLANCE_SECONDS)


@contextmanager
def _as_dagsters_error() -> Generator[None]:
    """Before any error that is not its own Dagster puts a headline about resources, which hides the cause."""
    try:
        yield
    except ConfigurationError as wrong:
        raise dg.DagsterInvariantViolationError(str(wrong)) from None


class _WithServices(dg.ConfigurableResource[Any]):
    """A resource over services of its own, made of its fields and the environment of the process that runs.

    A field that is left out is read from the variable in its description. With a home of its own it is an app of its
    own, which takes no address and no secret over from another. Secrets are `EnvVar`s: Dagster shows their names.
    """

    pipeline_home: str | None = Field(None, description="XERO_PIPELINE_HOME: the folder of what is ours.")
    client_id: str | None = Field(None, description="XERO_CLIENT_ID: the app's client id.")
    client_secret: str | None = Field(None, description="XERO_CLIENT_SECRET: the app's secret, as an EnvVar.")
    redirect_uri: str | None = Field(None, description="XERO_REDIRECT_URI: where Xero sends the browser.")
    encryption_key: str | None = Field(None, description="XERO_ENCRYPTION_KEY: opens the token store, as an EnvVar.")
    encryption_keys_retired: str | None = Field(None, description="XERO_ENCRYPTION_KEYS_RETIRED: older ones.")
    state_url: str | None = Field(None, description="XERO_STATE_URL: where tokens and quotas are.")
    warehouse_url: str | None = Field(None, description="XERO_WAREHOUSE_URL: where the tables are.")

    _services: Services = PrivateAttr()

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """Read the environment of the process that runs.

        Raises:
            dagster.DagsterInvariantViolationError: A setting is wrong.
        """
        with _as_dagsters_error():
            self._services = Services(Settings.load(**self._given()))

    def _given(self) -> dict[str, str | None]:
        fields = {setting: getattr(self, setting) for setting in ("pipeline_home", *ITS_OWN)}
        own = self.pipeline_home is not None
        # There is always an address that Xero sends browsers to.
        return {name: value for name, value in fields.items() if value is not None or (own and name != "redirect_uri")}

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        """Let go of the databases: a tick of a sensor must not leave a connection behind."""
        self._services.close()


class TokenStoreResource(_WithServices):
    """The encrypted OAuth token store: which organisations are connected, and the tokens that reach them."""

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
        """The organisations that are to be synced: all of this code location but those a person disconnected."""
        ours = self._services.settings.has_organisation
        return [o for o in self._services.organisations.list() if o.status != "disconnected" and ours(o.tenant_id)]


class XeroResource(dg.ConfigurableResource[Any]):
    """The rate-limited Xero client: tokens from the store, 55 calls a minute, the day's budget, retries."""

    token_store: TokenStoreResource

    @property
    def services(self) -> Services:
        """The wired services."""
        return self.token_store.services

    def calls_left(self, tenants: Collection[str]) -> dict[str, int]:
        """Calls that organisations have left today, as the terminal, `status` and the web page say it."""
        return {one: left.day_remaining for one, left in self.services.quota.snapshots(tenants).items()}

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


class OurResources(NamedTuple):
    """What our assets work with."""

    xero: XeroResource
    warehouse: WarehouseResource
    progress: Progress


def resources_of(context: dg.AssetExecutionContext, naming: Naming) -> OurResources:
    """The resources of a run, by the keys that the project's app gives them."""
    xero, warehouse, progress = (getattr(context.resources, naming.resource(name)) for name in ASSET_RESOURCES)
    return OurResources(xero, warehouse, progress)


def token_store_of(
    context: dg.SensorEvaluationContext | dg.ScheduleEvaluationContext, naming: Naming
) -> TokenStoreResource:
    """The token store of a tick, by the key that the project's app gives it."""
    return getattr(context.resources, naming.resource(TOKEN_STORE))
