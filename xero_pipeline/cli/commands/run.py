"""`run`: what `make run` does. Connect when nothing is connected, serve Dagster's UI and the web page, sync, show."""

from __future__ import annotations

import socket
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xero_pipeline import clock
from xero_pipeline.calendar import month_start
from xero_pipeline.cli.commands.connections import connect
from xero_pipeline.cli.xero_settings import settings_for_xero
from xero_pipeline.container import Services
from xero_pipeline.errors import ConfigurationError, XeroPipelineError
from xero_pipeline.extras import require_extra
from xero_pipeline.home import first_sync

if TYPE_CHECKING:
    from xero_pipeline.cli.dagster_runs import Runner
    from xero_pipeline.cli.served_processes import ServedProcesses
    from xero_pipeline.settings import Settings
    from xero_pipeline.warehouse.store import Warehouse
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
        serve_and_sync(settings, host, port, require_servable(settings, host, port))
        return
    services = Services(settings)
    connect_when_nothing_is(services)
    services.check()
    if not _sync(services):
        raise typer.Exit(1)


def require_servable(settings: Settings, host: str, port: int, target: str = "run") -> Address:
    """Refuse now, not after a sync of some minutes, what cannot be served.

    Args:
        target: Of `make`, which the person called.

    Returns:
        Where the web page will be.

    Raises:
        ConfigurationError: A port is taken or a setting does not allow it.
        AlreadyServed: Another process serves the home.
    """
    from xero_pipeline.cli.dagster_project import require_one_location, require_our_own
    from xero_pipeline.operations.home_lock import require_unserved

    require_our_own(settings, "Start that project instead, with `dg dev`; or say --no-serve.")
    require_one_location(settings, "Start its code server with `xero-pipeline serve code`.")
    require_unserved(settings.home)
    return _page_beside(settings, host, port, target)


def serve_and_sync(settings: Settings, host: str, port: int, page: Address) -> None:
    """Serve until Ctrl-C, and sync meanwhile.

    Args:
        page: From `require_servable`.
    """
    from xero_pipeline.cli.interrupts import heed_signals
    from xero_pipeline.cli.served_processes import ServedProcesses
    from xero_pipeline.operations.dagster_home import prepare_home
    from xero_pipeline.operations.home_lock import serving

    dagster_ui = f"http://{'localhost' if host == '127.0.0.1' else host}:{port}"
    heed_signals(also_ignored=True)
    services = Services(settings)
    with serving(services.home, {"the web page": page.shown, "the Dagster UI": dagster_ui}):
        if not settings.mock_mode:
            connect_when_nothing_is(services)
        prepare_home(settings)
        with ServedProcesses(settings, page, host, port, dagster_ui) as served:
            _start_and_sync(
                services, served, f"Web page:   {page.shown}\nDagster UI: {dagster_ui}  (Ctrl-C stops both)"
            )


def _start_and_sync(services: Services, served: ServedProcesses, addresses: str) -> None:
    from xero_pipeline.cli.output.console import complain, say
    from xero_pipeline.operations.dagster_home import open_instance

    say("Starting the Dagster UI and the web page.")
    # Made before the services open it: several that make it at once break it for good.
    with open_instance(services.settings):
        connect_when_nothing_is(services)
        services.check()
    served.start()
    say(f"{addresses}\n")
    with first_sync(services.home):
        served.start_daemon()
        try:
            well = _sync(services)
        except XeroPipelineError as error:
            complain(str(error))
            well = False
    if not well:
        say("\nNot everything was synced: see above. What there is stands in the pages; Sync there tries again.")
    say(f"\n{addresses}")
    services.close()
    served.watch()


def _sync(services: Services) -> bool:
    """Everything of all organisations, and then this month's profit and loss; whether all went well."""
    from xero_pipeline.cli.commands.sync import chosen_organisations

    well = sync_everything(services)
    for organisation in chosen_organisations(services, []):
        newest_profit(services.warehouse, organisation.tenant_id, organisation.name)
    return well


def sync_everything(services: Services) -> bool:
    """Sync all organisations, with progress; whether all went well."""
    from xero_pipeline.cli.commands.sync import carry, chosen_organisations
    from xero_pipeline.cli.output.console import say
    from xero_pipeline.cli.selection import choose

    choice = choose([], services.reports, services.collections)
    chosen = chosen_organisations(services, [])
    older: set[date] = set()

    def work(runner: Runner, one: Organisation) -> bool:
        well = runner.sync(one, choice, full=False, newest=MONTHS_AT_FIRST)
        older.update(runner.left_out)
        return well

    well = carry(services, chosen, choice.subjects, work)
    if older:
        span = f"{min(older):%B %Y} to {max(older):%B %Y}"
        say(f"Reports from {span} load in the background while the Dagster UI is running.")
    return well


def _page_beside(settings: Settings, host: str, port: int, target: str) -> Address:
    from xero_pipeline.web.server import address_of

    require_extra("web", "The web page", "say --no-serve")
    _require_free(host, port, settings.web_port, target)
    return address_of(settings, not_at=port)


def _require_free(host: str, port: int, web_port: int, target: str) -> None:
    from xero_pipeline.web.server import free_above

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ConfigurationError(
                f"The Dagster UI cannot listen on {host}:{port}: {error.strerror}. Stop what is there, or choose "
                f'another port: make {target} ARGS="--port {free_above(host, port, not_at=web_port) or "…"}".'
            ) from None


def connect_when_nothing_is(services: Services) -> None:
    """Connect, in mock mode without asking, unless an organisation is connected."""
    from xero_pipeline.cli.output.console import say

    if any(one.status == "connected" for one in services.organisations.list()):
        return
    if not services.settings.mock_mode:
        connect()
        return
    from xero_pipeline.cli.mock_consent import connect_mock_organisations

    for organisation in connect_mock_organisations(services):
        say(f"Mock mode: connected {organisation.name} of our own simulated Xero.")


def newest_profit(warehouse: Warehouse, tenant_id: str, name: str) -> None:
    """Print this month's profit and loss; in its first days, while it has no figures, last month's."""
    from xero_pipeline.cli.output.console import profit_and_loss
    from xero_pipeline.metrics.request import base_currency
    from xero_pipeline.warehouse.days import day_of

    this = month_start(day_of(warehouse, tenant_id, clock.now()))
    found = {first: _profit_of(warehouse, tenant_id, first) for first in (this, month_start(this - timedelta(days=1)))}
    first = next((month for month, rows in found.items() if any(row["amount"] for row in rows)), this)
    with warehouse.reading() as connection:
        currency = base_currency(connection, tenant_id) or ""
    to_date = " to date" if first == this else ""
    profit_and_loss(f"{name}: profit and loss, {first:%B %Y}{to_date}", found[first], [currency])


def _profit_of(warehouse: Warehouse, tenant_id: str, first: date) -> list[dict[str, Any]]:
    return warehouse.query(
        "select section, line_type, account_name, amount from xero.profit_and_loss "
        "where tenant_id = :tenant_id and period_start = :first and basis = 'accrual' order by position",
        {"tenant_id": tenant_id, "first": first},
    ).to_pylist()
