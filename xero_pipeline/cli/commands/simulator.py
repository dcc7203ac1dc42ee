"""`simulator serve`: our own Xero over HTTP, for tests of other programs and for trying things out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xero_pipeline.extras import require_extra

app = typer.Typer(help="The built-in Xero simulator.", no_args_is_help=True)


@app.callback()
def simulator() -> None:
    """The built-in Xero simulator."""


@app.command()
def serve(
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes a free one.")] = 8400,
    organisations: Annotated[int, typer.Option("--organisations", min=1, help="How many companies.")] = 1,
    invoices: Annotated[int, typer.Option("--invoices", min=1, help="Invoices and bills of each.")] = 1200,
    months: Annotated[int, typer.Option("--months", min=1, help="How far back the books go.")] = 24,
    seed: Annotated[int, typer.Option("--seed", help="The same seed makes the same books.")] = 1,
    limits: Annotated[bool, typer.Option("--limits/--no-limits", help="Xero's rate limits.")] = True,
    advanced: Annotated[bool, typer.Option("--advanced", help="Apps are of Xero's Advanced tier: journals.")] = False,
    store: Annotated[Path | None, typer.Option("--store", help="File that keeps tokens between starts.")] = None,
    faults: Annotated[bool, typer.Option("--faults", help="Let POST /simulator/faults switch faults on.")] = False,
) -> None:
    """Serve the simulator on localhost until Ctrl-C."""
    from xero_pipeline.cli.output.console import say
    from xero_simulator.command import serve_books

    require_extra("simulator", "The simulator")

    def ready(url: str) -> None:
        say(f"The simulated Xero answers at {url}\nPoint a pipeline at it with:")
        names = ("XERO_API_URL", "XERO_IDENTITY_URL", "XERO_LOGIN_URL")
        say(f"  XERO_MOCK_MODE=false {' '.join(f'{name}={url}' for name in names)} XERO_CLIENT_ID=any", as_is=True)

    serve_books(
        port,
        organisations,
        invoices,
        months,
        seed,
        limits=limits,
        advanced=advanced,
        store=store,
        faults=faults,
        ready=ready,
    )
