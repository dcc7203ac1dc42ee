"""`run`: what `make run` does. Connect when nothing is connected, sync, show, then serve Dagster's UI and the page."""

from __future__ import annotations

import os
import signal
import socket
import sys
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from xero_pipeline import clock
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.parts import Parts
from xero_pipeline.settings import Settings

if TYPE_CHECKING:
    from xero_pipeline.cli.runs import Runner
    from xero_pipeline.web.address import Address
    from xero_pipeline.xero.organisations import Organisation

MONTHS_AT_FIRST = 12
"""Of how many months people wait for the reports; the sensor pulls the older ones while they look around."""


def run(
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port of the Dagster UI.")] = 3000,
    host: Annotated[str, typer.Option("--host", help="Address the Dagster UI listens on.")] = "127.0.0.1",
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve the Dagster UI afterwards.")] = True,
) -> None:
    """Connect if need be, sync everything, show this month, serve the Dagster UI and the web page until Ctrl-C."""
    from xero_pipeline.cli.display import say
    from xero_pipeline.cli.project import require_our_own
    from xero_pipeline.cli.runs import choose
    from xero_pipeline.cli.syncing import carry, chosen_organisations

    settings = Settings.load()
    if serve:
        require_our_own(settings, "Start that project instead, with `dg dev`; or say --no-serve.")
    page = _page_beside(settings, host, port) if serve else None
    parts = Parts(settings)
    _connect_when_nothing_is(parts)
    choice = choose([], parts.reports, parts.collections)
    chosen = chosen_organisations(parts, [])
    older: set[date] = set()

    def work(runner: Runner, one: Organisation) -> bool:
        well = runner.sync(one, choice, full=False, newest=MONTHS_AT_FIRST)
        older.update(runner.left_out)
        return well

    well = carry(parts, chosen, choice.subjects, work)
    if older:
        say(f"Reports from {min(older):%B %Y} to {max(older):%B %Y} follow by themselves while the Dagster UI runs.")
    for organisation in chosen:
        this_month(parts, organisation.tenant_id, organisation.name)
    if page is None:
        raise typer.Exit(0 if well else 1)
    parts.close()
    dagster_ui = f"http://{'localhost' if host == '127.0.0.1' else host}:{port}"
    say(f"\nWeb page:   {page.shown}\nDagster UI: {dagster_ui}  (Ctrl-C stops both)")
    _become_dagster(host, port, page, dagster_ui)


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

    first = clock.today().replace(day=1)
    rows = parts.warehouse.query(
        "select section, line_type, account_name, amount from xero.profit_and_loss "
        "where tenant_id = :tenant_id and period_start = :first order by position",
        {"tenant_id": tenant_id, "first": first},
    ).to_pylist()
    profit_and_loss(f"{name}: profit and loss, {first:%B %Y} to date", rows)


def _become_dagster(host: str, port: int, page: Address, dagster_ui: str) -> None:
    """Turn this process into `dagster dev`: Ctrl-C then reaches it and all its children, and nothing is left over."""
    from xero_pipeline.cli.web import start_beside
    from xero_pipeline.operations.instance import prepare_home, project_file

    prepare_home(Settings.load())
    # A shell that starts us in the background leaves SIGINT ignored; the children would then outlive us.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _child = start_beside(page, dagster_ui)
    sys.stdout.flush()
    dagster = [sys.executable, "-W", "ignore", "-m", "dagster", "dev", "--log-level", "error"]
    where = ["-w", str(project_file("workspace.yaml")), "-h", host, "-p", str(port)]
    os.execv(sys.executable, [*dagster, *where])  # noqa: S606 - no shell on purpose
