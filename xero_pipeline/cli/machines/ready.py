"""`ready`: what the health check of a container asks."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer


def ready(
    process: Annotated[
        str, typer.Argument(help="databases, web, ui (Dagster's webserver), daemon, code or worker.")
    ] = "databases",
    address: Annotated[
        str | None, typer.Option("--address", help="Where it is, if not as set: http://…, host:port, a worker's name.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Output JSON.")] = False,
) -> None:
    """Say whether a process can do its work now: exit code 0 or 1, for health checks of containers and services."""
    from xero_pipeline.cli.output.console import print_json
    from xero_pipeline.container import Services
    from xero_pipeline.operations.health.readiness import readiness
    from xero_pipeline.settings import Settings

    services = Services(Settings.load())
    try:
        found = readiness(services, process, address)
    finally:
        services.close()
    is_ready = all(one.state != "problem" for one in found)
    if json:
        print_json({"ready": is_ready, "findings": [asdict(one) for one in found]})
    for one in () if json else found:
        state, remedy = "ready" if one.state == "ok" else "not ready", f". {one.remedy}" if one.remedy else ""
        typer.echo(f"{state}: {one.check}: {one.told.removesuffix('.')}{remedy}")
    if not is_ready:
        raise typer.Exit(1)
