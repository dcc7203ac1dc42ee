"""`serve`: one of Dagster's own processes, over this home: for machines on which each is a service."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xero_pipeline.cli.dagster_project import require_our_own
from xero_pipeline.operations.code_locations import LOCATION, MODULE, code_locations, write_workspace

if TYPE_CHECKING:
    from xero_pipeline.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Serve one of Dagster's processes: its UI, its daemon or a code server.")

_HOST = typer.Option("--host", help="Address to listen on.")


@app.command()
def ui(
    host: Annotated[str, _HOST] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port to listen on.")] = 3000,
) -> None:
    """Serve the Dagster UI."""
    settings = _prepared()
    where = ["-w", str(_workspace(settings)), "-h", host, "-p", str(port)]
    _become(settings, "dagster_webserver", [*where, "--dagster-log-level", "warning"])


@app.command()
def daemon() -> None:
    """Run Dagster's daemon: schedules, sensors, the queue. There may be one over all machines."""
    settings = _prepared()
    _become(settings, "dagster._daemon", ["run", "-w", str(_workspace(settings)), "--log-level", "warning"])


@app.command()
def code(
    host: Annotated[str, _HOST] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port to listen on.")] = 4000,
) -> None:
    """Serve the definitions to the UI and the daemon, which find it by XERO_CODE_SERVER."""
    settings = _prepared()
    name = settings.shard.name if settings.shard else LOCATION
    words = ["--module-name", MODULE, "--location-name", name, "--inject-env-vars-from-instance"]
    where = ["--host", host, "--port", str(port)]
    _become(settings, "dagster", ["api", "grpc", *where, *words, "--log-level", "warning"])


def _prepared() -> Settings:
    """Dagster's home is made, and this process knows it; other machines agree with this one."""
    from xero_pipeline.cli.output.console import warn
    from xero_pipeline.container import Services
    from xero_pipeline.operations.health.machines import prepare_machine
    from xero_pipeline.settings import Settings

    settings = Settings.load()
    require_our_own(settings, "Serve that project instead, with Dagster's own commands.")
    services = Services(settings)
    for finding in prepare_machine(services):
        warn(f"{finding.told}. {finding.remedy}")
    services.close()
    return settings


def _workspace(settings: Settings) -> Path:
    """The file that says where the definitions are: a code server, or a process that is started for them."""
    return write_workspace(Path(os.environ["DAGSTER_HOME"]) / "workspace.yaml", code_locations(settings))


def _become(settings: Settings, module: str, words: list[str]) -> None:
    """Become another program of Dagster's, which gets the signals and has the process id of this one."""
    sys.stdout.flush()
    sys.stderr.flush()
    form = ["--log-format", "json"] if settings.log_format == "json" else []
    os.execv(sys.executable, [sys.executable, "-W", "ignore", "-m", module, *words, *form])  # noqa: S606 - our own words
