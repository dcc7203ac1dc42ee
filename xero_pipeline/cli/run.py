"""`run`: what `make run` does. Connect when nothing is connected, serve Dagster's UI and the web page, sync, show."""

from __future__ import annotations

import socket
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from xero_pipeline import clock
from xero_pipeline.cli.which_xero import settings_for_xero
from xero_pipeline.errors import ConfigurationError, XeroPipelineError
from xero_pipeline.parts import Parts

if TYPE_CHECKING:
    from xero_pipeline.cli.runs import Runner
    from xero_pipeline.cli.services import Services
    from xero_pipeline.settings import Settings
    from xero_pipeline.web.address import Address
    from xero_pipeline.xero.auth.organisations import Organisation

MONTHS_AT_FIRST = 12
"""Of how many months people wait for the reports; the sensor pulls the older ones while they look around."""


def run(
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port of the Dagster UI.")] = 3000,
    host: Annotated[str, typer.Option("--host", help="Address the Dagster UI listens on.")] = "127.0.0.1",
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve the Dagster UI and the web page.")] = True,
) -> None:
    """Connect if needed, serve the Dagster UI and the web page until Ctrl-C, sync, show profit and loss."""
    settings = settings_for_xero()
    if serve:
        _serve(settings, host, port)
        return
    parts = Parts(settings)
    _connect_when_nothing_is(parts)
    parts.check()
    if not _sync(parts):
        raise typer.Exit(1)


def _serve(settings: Settings, host: str, port: int) -> None:
    from xero_pipeline.cli.project import require_our_own
    from xero_pipeline.cli.services import Services
    from xero_pipeline.cli.stopping import heed_signals
    from xero_pipeline.operations.claim import require_unserved, serving
    from xero_pipeline.operations.instance import prepare_home

    require_our_own(settings, "Start that project instead, with `dg dev`; or say --no-serve.")
    require_unserved(settings.home)
    page = _page_beside(settings, host, port)
    dagster_ui = f"http://{'localhost' if host == '127.0.0.1' else host}:{port}"
    heed_signals(also_ignored=True)
    parts = Parts(settings)
    with serving(parts.home, {"the web page": page.shown, "the Dagster UI": dagster_ui}):
        if not settings.mock_mode:
            _connect_when_nothing_is(parts)
        prepare_home(settings)
        with Services(settings, page, host, port, dagster_ui) as services:
            _serve_and_sync(parts, services, f"Web page:   {page.shown}\nDagster UI: {dagster_ui}  (Ctrl-C stops both)")


def _serve_and_sync(parts: Parts, services: Services, addresses: str) -> None:
    from xero_pipeline.cli.display import complain, say
    from xero_pipeline.home import first_sync
    from xero_pipeline.operations.instance import open_instance

    say("Starting the Dagster UI and the web page.")
    # Made before the services open it: several that make it at once break it for good.
    with open_instance(parts.settings):
        _connect_when_nothing_is(parts)
        parts.check()
    services.start()
    say(f"{addresses}\n")
    with first_sync(parts.home):
        services.start_daemon()
        try:
            well = _sync(parts)
        except XeroPipelineError as error:
            complain(str(error))
            well = False
    if not well:
        say("\nNot everything was synced: see above. What there is stands in the pages; Sync there tries again.")
    say(f"\n{addresses}")
    parts.close()
    services.watch()


def _sync(parts: Parts) -> bool:
    """Everything of all organisations, with progress, and then this month's profit and loss; whether all went well."""
    from xero_pipeline.cli.display import say
    from xero_pipeline.cli.selection import choose
    from xero_pipeline.cli.syncing import carry, chosen_organisations

    choice = choose([], parts.reports, parts.collections)
    chosen = chosen_organisations(parts, [])
    older: set[date] = set()

    def work(runner: Runner, one: Organisation) -> bool:
        well = runner.sync(one, choice, full=False, newest=MONTHS_AT_FIRST)
        older.update(runner.left_out)
        return well

    well = carry(parts, chosen, choice.subjects, work)
    if older:
        span = f"{min(older):%B %Y} to {max(older):%B %Y}"
        say(f"Reports from {span} load in the background while the Dagster UI is running.")
    for organisation in chosen:
        this_month(parts, organisation.tenant_id, organisation.name)
    return well


def _page_beside(settings: Settings, host: str, port: int) -> Address:
    """Where the web page will be. What is taken or not allowed is told now, not after a sync of some minutes."""
    from xero_pipeline.web.server import address_of

    _require_free(host, port, settings.web_port)
    return address_of(settings, not_at=port)


def _require_free(host: str, port: int, web_port: int) -> None:
    from xero_pipeline.web.server import free_above

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ConfigurationError(
                f"The Dagster UI cannot listen on {host}:{port}: {error.strerror}. Stop what is there, or choose "
                f'another port: make run ARGS="--port {free_above(host, port, not_at=web_port) or "…"}".'
            ) from None


def _connect_when_nothing_is(parts: Parts) -> None:
    from xero_pipeline.cli.connections import connect
    from xero_pipeline.cli.display import say

    if any(one.status == "connected" for one in parts.organisations.list()):
        return
    if not parts.settings.mock_mode:
        connect()
        return
    from xero_pipeline.cli.mock_consent import connect_mock_organisations

    for organisation in connect_mock_organisations(parts):
        say(f"Mock mode: connected {organisation.name} of our own simulated Xero.")


def this_month(parts: Parts, tenant_id: str, name: str) -> None:
    """Print this month's profit and loss from the warehouse.

    Args:
        parts: Knows the warehouse.
        tenant_id: The organisation.
        name: Its name.
    """
    from xero_pipeline.cli.display import profit_and_loss
    from xero_pipeline.warehouse.days import day_of

    first = day_of(parts.warehouse, tenant_id, clock.now()).replace(day=1)
    rows = parts.warehouse.query(
        "select section, line_type, account_name, amount from xero.profit_and_loss "
        "where tenant_id = :tenant_id and period_start = :first order by position",
        {"tenant_id": tenant_id, "first": first},
    ).to_pylist()
    profit_and_loss(f"{name}: profit and loss, {first:%B %Y} to date", rows)
