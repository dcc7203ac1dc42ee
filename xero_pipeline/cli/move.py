"""`move`: the warehouse, and the state, into another database."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Annotated

import typer

from xero_pipeline.cli.counter import Counter
from xero_pipeline.cli.words import said_of
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.parts import Parts
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
    from xero_pipeline.cli.display import say

    if not to and not state_to:
        raise ConfigurationError("Say where to: --to for the warehouse, --state-to for the state, or both.")
    parts = Parts(Settings.load())
    with _nobody_syncs(parts):
        if to:
            _move_warehouse(parts, to)
        if state_to:
            _move_state(parts, state_to)
    names = [name for name, given in (("XERO_WAREHOUSE_URL", to), ("XERO_STATE_URL", state_to)) if given]
    say(
        f"Now set {' and '.join(names)} to the new address, before anything syncs again: what the old database gets "
        "from now on is not in the new one."
    )


def _nobody_syncs(parts: Parts) -> ExitStack:
    """Wait for the syncs under way, and keep the next ones out."""
    from xero_pipeline.defs.work import holding

    with ExitStack() as held:
        for organisation in parts.organisations.list():
            held.enter_context(holding(parts, organisation.tenant_id, wait_seconds=WAIT_SECONDS))
        return held.pop_all()


def _move_warehouse(parts: Parts, url: str) -> None:
    from xero_pipeline.cli.display import say
    from xero_pipeline.ledger.carry import carry
    from xero_pipeline.warehouse.copy import move as copy
    from xero_pipeline.warehouse.store import Warehouse

    with ExitStack() as opened:
        with said_of("--to", "XERO_WAREHOUSE_URL"):
            target = Warehouse(url)
            opened.enter_context(target.transaction())
        counter = opened.enter_context(Counter("rows"))
        moved = copy(parts.warehouse, target, progress=counter.show)
        moved |= carry(parts.warehouse, target, progress=counter.show)
    say(f"The warehouse: {sum(moved.values()):,} rows of {len(moved)} tables, moved and compared.")


def _move_state(parts: Parts, url: str) -> None:
    from xero_pipeline.cli.display import say
    from xero_pipeline.state.copy import move_state
    from xero_pipeline.state.engine import open_state

    with said_of("--state-to", "XERO_STATE_URL"):
        target = open_state(url)
    try:
        moved = move_state(parts.state, target)
    finally:
        target.dispose()
    say(f"The state: {sum(moved.values()):,} rows of {len(moved)} tables, tokens as encrypted as they were.")
