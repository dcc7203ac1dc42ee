"""`web`: the page for people, alone or beside `dagster dev`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from xero_pipeline.errors import XeroPipelineError
from xero_pipeline.settings import Settings


def web(
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on. Default: XERO_WEB_HOST.")] = None,
    port: Annotated[
        int | None, typer.Option("--port", min=1, max=65535, help="Port to listen on. Default: XERO_WEB_PORT.")
    ] = None,
    dagster_ui: Annotated[
        str | None, typer.Option("--dagster-ui", help="Where the Dagster UI is. Default: XERO_DAGSTER_UI.")
    ] = None,
) -> None:
    """Serve the web page until Ctrl-C: connect, sync, look at the figures."""
    from xero_pipeline.cli.output.console import say
    from xero_pipeline.web.server import address_of, serve

    settings = Settings.load()
    address = address_of(settings, host, port)

    def ready() -> None:
        say(f"Web page: {address.shown}  (Ctrl-C stops it)")

    serve(settings, address, dagster_ui=dagster_ui, ready=ready)


def beside() -> None:
    """Serve the page as a child process of `run`; the words are its host, its port and Dagster's address."""
    from xero_pipeline.cli.output.console import complain
    from xero_pipeline.web.address import Address
    from xero_pipeline.web.server import serve

    host, port, dagster_ui = sys.argv[1:]
    settings = Settings.load()
    try:
        serve(settings, Address(host, int(port), settings.web_url), dagster_ui=dagster_ui)
    except XeroPipelineError as error:
        complain(str(error))
        sys.exit(1)
