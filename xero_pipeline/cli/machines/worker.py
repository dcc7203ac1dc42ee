"""`worker`: carries runs of Dagster on this machine, which may be one of many."""

from __future__ import annotations

from typing import Annotated

import typer


def worker(
    runs: Annotated[int, typer.Option("--runs", min=1, max=64, help="How many runs it carries at a time.")] = 2,
    name: Annotated[
        str | None, typer.Option("--name", help="What tells it from others on this machine. Default: its host name.")
    ] = None,
) -> None:
    """Carry runs that Dagster puts into the queue of XERO_BROKER_URL, until Ctrl-C or SIGTERM.

    Then it takes no more runs, and ends when those under way have ended.
    """
    import socket

    from xero_pipeline.cli.output.console import say, warn
    from xero_pipeline.container import Services
    from xero_pipeline.errors import ConfigurationError
    from xero_pipeline.extras import require_extra
    from xero_pipeline.operations.dagster_home import open_instance
    from xero_pipeline.operations.health.machines import prepare_machine, this_machine
    from xero_pipeline.operations.run_worker import work
    from xero_pipeline.settings import Settings, plain
    from xero_pipeline.state.machines import enrol

    settings = Settings.load()
    broker = plain(settings.broker_url)
    if broker is None:
        raise ConfigurationError(
            "A worker takes runs from a queue: set XERO_BROKER_URL to the Redis that all machines share, such as "
            "redis://:password@host:6379/0 (docs/deploy.md)."
        )
    require_extra("distributed", "A worker")
    called = name or socket.gethostname()
    services = Services(settings)
    for finding in prepare_machine(services):
        warn(f"{finding.told}. {finding.remedy}")
    me = this_machine(services)
    services.close()
    say(f"Worker {called}: carries up to {runs} runs at a time. (Ctrl-C stops it)")
    work(broker, settings.state, called, runs, lambda: open_instance(settings), lambda: enrol(services.state, me))
