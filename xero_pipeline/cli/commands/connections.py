"""`connect` and `disconnect`."""

from __future__ import annotations

import sys
import webbrowser
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from xero_pipeline.cli.shell_completion import complete_organisation
from xero_pipeline.cli.xero_settings import settings_for_xero
from xero_pipeline.container import Services
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.settings import Settings

if TYPE_CHECKING:
    from xero_pipeline.xero.auth.organisations import Organisation

CONSENT_MINUTES = 10
"""How long `connect` waits for the person in the browser."""


def connect(
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the address.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Mock mode: allow access without a browser.")] = False,
) -> None:
    """Connect organisations: give the consent in the browser, then see what was connected."""
    from xero_pipeline.cli.output.console import print_table

    services = Services(settings_for_xero())
    connected = _without_a_browser(services) if yes else _asked_in_the_browser(services, opened=not no_browser)
    print_table(
        "Connected", [("Organisation", "left"), ("Tenant id", "left")], [(o.name, o.tenant_id) for o in connected]
    )


def _without_a_browser(services: Services) -> Sequence[Organisation]:
    if not services.settings.mock_mode:
        raise ConfigurationError(
            "--yes is for mock mode: access to a real organisation is allowed by a person. Run `xero-pipeline connect`."
        )
    from xero_pipeline.cli.mock_consent import connect_mock_organisations

    return connect_mock_organisations(services)


def _asked_in_the_browser(services: Services, *, opened: bool) -> Sequence[Organisation]:
    from xero_pipeline.cli.output.console import say
    from xero_pipeline.xero.auth import consent_flow

    if services.settings.mock_mode:
        say("Mock mode: `xero-pipeline connect --yes` allows access without a browser.")
    with _consent_page(services) as login_url:
        return consent_flow.connect(
            services.oauth_for(services.app(login_url=login_url)),
            services.token_store,
            services.organisations,
            announce=_announce,
            open_browser=_open_browser if opened else None,
            timeout_seconds=CONSENT_MINUTES * 60,
        )


def _announce(url: str) -> None:
    """The address alone on its line, so that programs find it and people can copy it."""
    sys.stdout.write("Open this address in your browser and allow access:\n" + url + "\n")
    sys.stdout.flush()


def _open_browser(url: str) -> None:
    # Where there is no browser, the printed address remains.
    webbrowser.open(url)


@contextmanager
def _consent_page(services: Services) -> Generator[str | None]:
    """In mock mode somebody must serve the consent page to the browser; it lives as long as the question."""
    if not services.settings.mock_mode:
        yield None
        return
    from xero_simulator.server import serving

    with serving(services.simulator) as url:
        yield url


def disconnect(
    organisation: Annotated[
        str | None, typer.Argument(help="Name or tenant id.", autocompletion=complete_organisation)
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All organisations: revokes every consent_flow.")] = False,
) -> None:
    """Disconnect one organisation at Xero, or all. The data already loaded stays in the warehouse."""
    from xero_pipeline.cli.output.console import say
    from xero_pipeline.xero.auth import consent_flow

    services = Services(Settings.load())
    if bool(organisation) == everything:
        raise ConfigurationError(
            "Say which: `xero-pipeline disconnect ORGANISATION` or `xero-pipeline disconnect --all`."
        )
    if organisation:
        one = services.organisations.find(organisation)
        told = consent_flow.disconnect(services.oauth, services.token_store, services.organisations, one)
        left = [other.name for other in services.organisations.list() if other.status == "connected"]
        say(f"Disconnected {one.name}. Still connected: {', '.join(left) or 'none'}.")
        if not told:
            say("Xero did not let us in to say so: remove the app in Xero under Settings, Connected apps.")
        return
    consents = [one.consent_id for one in services.token_store.consents()]
    if not consents:
        say("No organisation is connected: there is nothing to disconnect.")
        return
    for consent_id in consents:
        consent_flow.disconnect_all(services.oauth, services.token_store, services.organisations, consent_id)
    say("Disconnected every organisation; the consents are revoked.")
