"""`demo`: three simulated companies in which something has happened, synced and served."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xero_pipeline.cli.commands.run import (
    connect_when_nothing_is,
    require_servable,
    run,
    serve_and_sync,
    sync_everything,
)
from xero_pipeline.cli.xero_settings import settings_for_xero
from xero_pipeline.container import Services
from xero_pipeline.home import begin_demo, change_closed_month

if TYPE_CHECKING:
    from xero_pipeline.settings import Settings

HOME = ".xero-demo"
_KEPT = ("XERO_WEB_HOST", "XERO_WEB_PORT", "XERO_WEB_PASSWORD", "XERO_WEB_URL")
"""Settings that the demo heeds: all others may lead to real books."""


def demo(
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port of the Dagster UI.")] = 3000,
    host: Annotated[str, typer.Option("--host", help="Address the Dagster UI listens on.")] = "127.0.0.1",
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve the Dagster UI and the web page.")] = True,
) -> None:
    """Serve three simulated companies with something to find: a changed closed month, a rejected record, a difference.

    Everything is in the folder .xero-demo; your settings and your books are left alone.
    """
    forget_settings(Path(HOME).absolute())
    settings = settings_for_xero()
    page = require_servable(settings, host, port, "demo") if serve else None
    _tell(settings)
    if page is None:
        run(port=port, host=host, serve=False)
    else:
        serve_and_sync(settings, host, port, page)


def forget_settings(home: Path) -> None:
    """Let neither the environment nor a `.env` lead to other books than the demo's own.

    Args:
        home: The demo's, which becomes the working directory.
    """
    for name in [name for name in os.environ if name.startswith("XERO_") and name not in _KEPT]:
        del os.environ[name]
    os.environ.pop("DAGSTER_HOME", None)
    os.environ["XERO_PIPELINE_HOME"] = str(home)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.chdir(home)


def _tell(settings: Settings) -> None:
    """Sync the books as they were, and let the closed month change afterwards; what is new is synced later."""
    from xero_pipeline.cli.output.console import say

    services = Services(settings)
    if begin_demo(services.home):
        say("The books as they were, before somebody changed a closed month:")
        connect_when_nothing_is(services)
        sync_everything(services)
        change_closed_month(services.home)
        say("\nAnd now:")
    services.close()
