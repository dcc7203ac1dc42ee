"""`schedule on|off|status`: the daily sync, as Dagster keeps it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from xero_pipeline.settings import Settings


class Switch(StrEnum):
    """What to do with the schedule."""

    on = "on"
    off = "off"
    status = "status"


def schedule(
    switch: Annotated[Switch, typer.Argument(help="Turn the daily sync on or off, or say which it is.")],
    json: Annotated[bool, typer.Option("--json", help="Output JSON.")] = False,
) -> None:
    """The daily sync at 05:00 UTC, carried by Dagster while `make run` (or its daemon) is up.

    Reading a little again (XERO_REREAD_CALLS) at 02:00 goes on and off with it.
    """
    from xero_pipeline.cli.dagster_project import require_one_location, require_our_own
    from xero_pipeline.cli.output.console import print_json, say, screen
    from xero_pipeline.operations.dagster_home import open_instance
    from xero_pipeline.operations.health.dagster import is_on
    from xero_pipeline.operations.schedule_switch import turn

    settings = Settings.load()
    require_our_own(settings, "Its schedules are turned on and off in its Dagster UI, under Automation.")
    require_one_location(settings, "Turn its schedules on and off in the Dagster UI, under Automation.")
    with open_instance(settings) as instance:
        if switch is Switch.status:
            on = is_on(instance, settings.shards)
        else:
            on = switch is Switch.on
            turn(settings, on=on)
    if json:
        print_json({"daily_sync": "on" if on else "off"})
    elif switch is Switch.status:
        screen().print("on" if on else "off")
    else:
        say(f"The daily sync is {switch.value}.")
