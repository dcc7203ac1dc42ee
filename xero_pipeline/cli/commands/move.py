"""`move`: the warehouse, and the state, into another database."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Annotated

import typer

from xero_pipeline.cli.arguments import errors_name_option
from xero_pipeline.cli.output.console import say
from xero_pipeline.cli.output.progress_counter import ProgressCounter
from xero_pipeline.container import Services
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.settings import Settings

WAIT_SECONDS = 120
"""For syncs that are under way."""


def move(
    to: Annotated[
        str | None,
        typer.Option("--to", envvar="XERO_MOVE_TO", help="SQLAlchemy URL of an empty warehouse.", show_envvar=True),
    ] = None,
    state_to: Annotated[
        str | None,
        typer.Option(
            "--state-to",
            envvar="XERO_MOVE_STATE_TO",
            help="SQLAlchemy URL of an empty state database.",
            show_envvar=True,
        ),
    ] = None,
) -> None:
    """Copy the warehouse, the state or both into another database, and verify the copy; the source is not changed.

    Stop Dagster first. A URL on the command line is seen by everybody on the machine: put one with a password into the
    variable.
    """
    if not to and not state_to:
        raise ConfigurationError("Say where to: --to for the warehouse, --state-to for the state, or both.")
    services = Services(Settings.load())
    with _nobody_syncs(services):
        if to:
            _move_warehouse(services, to)
        if state_to:
            _move_state(services, state_to)
    names = [name for name, given in (("XERO_WAREHOUSE_URL", to), ("XERO_STATE_URL", state_to)) if given]
    say(
        f"Now set {' and '.join(names)} to the new address, before anything syncs again: what the old database gets "
        "from now on is not in the new one."
    )


def _nobody_syncs(services: Services) -> ExitStack:
    """Wait for the syncs under way, and keep the next ones out."""
    from xero_pipeline.defs.assets.organisation_client import organisation_lock

    with ExitStack() as held:
        for organisation in services.organisations.list():
            held.enter_context(organisation_lock(services, organisation.tenant_id, wait_seconds=WAIT_SECONDS))
        return held.pop_all()


def _move_warehouse(services: Services, url: str) -> None:
    from xero_pipeline.ledger.database_copy import copy_ledger
    from xero_pipeline.warehouse.copy import move as copy
    from xero_pipeline.warehouse.store import Warehouse

    with ExitStack() as opened:
        with errors_name_option("--to", "XERO_WAREHOUSE_URL"):
            target = Warehouse(url)
            opened.enter_context(target.transaction())
        counter = opened.enter_context(ProgressCounter("rows"))
        moved = copy(services.warehouse, target, progress=counter.show)
        moved |= copy_ledger(services.warehouse, target, progress=counter.show)
    say(f"The warehouse: {sum(moved.values()):,} rows of {len(moved)} tables, moved and compared.")


def _move_state(services: Services, url: str) -> None:
    from xero_pipeline.state.copy import move_state
    from xero_pipeline.state.engine import open_state

    with errors_name_option("--state-to", "XERO_STATE_URL"):
        target = open_state(url)
    try:
        moved = move_state(services.state, target)
    finally:
        target.dispose()
    say(f"The state: {sum(moved.values()):,} rows of {len(moved)} tables, tokens as encrypted as they were.")
