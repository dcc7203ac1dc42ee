"""`web`: the page for people, alone or beside `dagster dev`."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from xero_pipeline.settings import Settings

if TYPE_CHECKING:
    from xero_pipeline.web.address import Address


def web(
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on. Default: XERO_WEB_HOST.")] = None,
    port: Annotated[
        int | None, typer.Option("--port", min=1, max=65535, help="Port to listen on. Default: XERO_WEB_PORT.")
    ] = None,
    dagster_ui: Annotated[
        str | None, typer.Option("--dagster-ui", help="Where the Dagster UI is. Default: XERO_DAGSTER_UI.")
    ] = None,
    with_parent: Annotated[bool, typer.Option("--with-parent", hidden=True)] = False,
) -> None:
    """Serve the web page until Ctrl-C: connect, sync, look at the figures."""
    from xero_pipeline.cli.display import say
    from xero_pipeline.web.server import address_of, serve

    settings = Settings.load()
    address = address_of(settings, host, port)

    def ready() -> None:
        say(f"Web page: {address.shown}  (Ctrl-C stops it)")

    serve(
        settings,
        address,
        dagster_ui=dagster_ui,
        ready=None if with_parent else ready,
        until=sys.stdin.buffer if with_parent else None,
    )


def start_beside(address: Address, dagster_ui: str) -> subprocess.Popen[bytes]:
    """Start the page as a child of this process. It ends with it, and with whatever this process becomes.

    Args:
        address: Where it listens.
        dagster_ui: Where the Dagster UI will be.

    Returns:
        The child, to be kept: it ends when its end of the pipe is thrown away.
    """
    command = [sys.executable, "-P", "-m", "xero_pipeline", "web", "--with-parent", "--dagster-ui", dagster_ui]
    child = subprocess.Popen(  # noqa: S603 - our own words only
        [*command, "--host", address.host, "--port", str(address.port)], stdin=subprocess.PIPE
    )
    assert child.stdin is not None
    # The child reads until we are gone; nobody writes. Not closed when this process turns into another program.
    os.set_inheritable(child.stdin.fileno(), True)
    return child
