"""The commands, listed."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated

import typer

from xero_pipeline.cli import assistant_server, demo
from xero_pipeline.cli.arguments import Commands, QueryCommand, without_types
from xero_pipeline.cli.commands import (
    aged,
    checks,
    connections,
    doctor,
    explain,
    export,
    keys,
    logs,
    move,
    plan,
    publish,
    query,
    rates,
    rebuild,
    restatements,
    run,
    schedule,
    simulator,
    statement,
    status,
    sync,
    web,
)
from xero_pipeline.cli.machines import ready, serve, worker

app = typer.Typer(
    name="xero-pipeline",
    cls=Commands,
    help="Your Xero accounting data in a warehouse you can trust.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"xero-pipeline {version('xero-pipeline')}")
        raise typer.Exit


@app.callback(help=app.info.help)
def _every_command(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_show_version, help="Show the version and exit.")
    ] = False,
) -> None:
    pass


app.command()(connections.connect)
app.command()(status.status)
app.command()(connections.disconnect)
app.command()(sync.sync)
app.command()(sync.backfill)
app.command()(plan.plan)
app.command()(restatements.restatements)
app.command()(explain.explain)
app.command()(checks.checks)
app.command()(aged.aged)
app.command(cls=QueryCommand)(query.query)
app.command()(export.export)
app.command()(publish.publish)
app.command()(doctor.doctor)
app.command()(ready.ready)
app.command()(rates.rates)
app.command()(rebuild.rebuild)
app.command()(move.move)
app.command()(logs.logs)
app.command()(schedule.schedule)
app.command()(run.run)
app.command()(demo.demo)
app.command()(web.web)
app.command()(assistant_server.mcp)
app.command()(worker.worker)
app.add_typer(serve.app, name="serve")
app.add_typer(keys.app, name="keys")
app.add_typer(statement.app, name="statement")
app.add_typer(simulator.app, name="simulator")
without_types(app)
