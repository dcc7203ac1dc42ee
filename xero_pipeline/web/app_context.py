"""Everything the page is made of, wired once and closed at the end."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from xero_pipeline.container import Services
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.operations.dagster_home import open_instance
from xero_pipeline.state.signed_in import SignedIn
from xero_pipeline.web.address import Address
from xero_pipeline.web.cached_read import CachedReads
from xero_pipeline.web.consents import Consents
from xero_pipeline.web.dagster_ui import DagsterUI
from xero_pipeline.web.password import Password
from xero_pipeline.web.progress import RunProgress
from xero_pipeline.web.sessions import QUIET_SECONDS, Sessions
from xero_pipeline.web.status import Status
from xero_pipeline.web.syncs import Syncs

if TYPE_CHECKING:
    import dagster as dg
    from starlette.requests import Request

    from xero_pipeline.settings import Settings


class AppContext:
    """The services behind the page.

    Args:
        dagster_ui: Where Dagster's webserver is, or would be.
    """

    def __init__(self, services: Services, instance: dg.DagsterInstance, address: Address, dagster_ui: str) -> None:
        self.services = services
        self.instance = instance
        self.address = address
        self.dagster = DagsterUI(dagster_ui, instance)
        self.syncs = Syncs(instance, self.dagster, services.settings.shards)
        self.consents = Consents(services, address)
        self.progress = RunProgress(instance)
        secret = services.settings.web_password
        kept = SignedIn(services.state, timedelta(seconds=QUIET_SECONDS)) if secret else None
        self.sessions = Sessions(kept=kept, password=secret)

    @cached_property
    def glance(self) -> CachedReads:
        """Short looks into the warehouse."""
        return CachedReads(self.services)

    @cached_property
    def books(self) -> CachedReads:
        """Looks at figures, which wait for no sync."""
        return CachedReads(self.services, reads_copy=True)

    @cached_property
    def status(self) -> Status:
        """How everything stands."""
        return Status(self.services, self.instance, self.dagster, self.syncs, self.progress, self.glance)

    @cached_property
    def password(self) -> Password | None:
        """What people must give to see the page; None where only this machine gets in and none is set."""
        secret = self.services.settings.web_password
        return Password(secret) if secret else None

    def warm(self) -> None:
        """Make now what requests would otherwise make side by side."""
        services = self.services
        _ = services.simulator if services.settings.mock_mode else None
        _ = (
            services.transport,
            services.token_store,
            services.organisations,
            services.quota,
            services.call_outbox,
            services.deferred_work,
            services.circuit_breaker,
            services.oauth,
        )
        _ = self.glance, self.books, self.status, self.password

    def close(self) -> None:
        """Let go of everything."""
        self.consents.close()
        self.syncs.close()
        self.dagster.close()
        self.services.close()


@contextmanager
def open_context(settings: Settings, address: Address, dagster_ui: str) -> Generator[AppContext]:
    """The context of a home.

    Args:
        dagster_ui: Where Dagster's webserver is, or would be.

    Yields:
        The context.

    Raises:
        ConfigurationError: A setting is missing or wrong: beyond this machine there must be a password.
    """
    require_password(settings, address)
    services = Services(settings)
    with open_instance(settings) as instance:
        context = AppContext(services, instance, address, dagster_ui)
        try:
            context.warm()
            yield context
        finally:
            context.close()


def require_password(settings: Settings, address: Address) -> None:
    """Refuse to show books to everybody.

    Args:
        settings: Have the password, or not.

    Raises:
        ConfigurationError: It listens beyond this machine, and there is none, nor a proxy that people sign in at.
    """
    if address.is_loopback or settings.web_password or settings.web_user_header:
        return
    where = address.public or f"{address.host}:{address.port}"
    raise ConfigurationError(
        f"The web page at {where} would be open to everybody who reaches this machine. Set XERO_WEB_PASSWORD to a "
        'long word of your own, such as python3 -c "import secrets; print(secrets.token_urlsafe(24))" makes; or leave '
        "XERO_WEB_HOST (--host) at 127.0.0.1 and XERO_WEB_URL empty."
    )


def context_of(request: Request) -> AppContext:
    """The context that a request came to."""
    return request.app.state.context
