"""`logs`: what was synced, from Dagster's run history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from xero_pipeline.cli.shell_completion import complete_organisation
from xero_pipeline.container import Services
from xero_pipeline.settings import Settings


def logs(
    json: Annotated[bool, typer.Option("--json", help="Output JSON.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many runs, newest first.")] = 20,
    organisation: Annotated[
        str | None,
        typer.Option(
            "--organisation", help="Only runs of this one: name or tenant id.", autocompletion=complete_organisation
        ),
    ] = None,
) -> None:
    """Show recent runs: start, end, state, rows, error."""
    from xero_pipeline.cli.output.console import print_json, print_table
    from xero_pipeline.operations.dagster_home import open_instance
    from xero_pipeline.operations.run_history import names_of, past_run, run_records

    services = Services(Settings.load())
    names = names_of(services.organisations.list())
    tenant_id = services.organisations.find(organisation).tenant_id if organisation else None
    with open_instance(services.settings) as instance:
        rows = [past_run(instance, record, names) for record in run_records(instance, limit, tenant_id)]
    if json:
        print_json(rows)
        return
    columns = ("Run", "Job", "Organisation", "Start", "Seconds", "State", "Rows changed", "Error")
    print_table(
        "Runs, newest first",
        [(c, "right" if c in {"Seconds", "Rows changed"} else "left") for c in columns],
        [
            (
                r["run_id"][:8],
                _job(r),
                r["organisation"],
                f"{r['start']:%Y-%m-%d %H:%M:%S}" if r["start"] else None,
                (r["end"] - r["start"]).total_seconds() if r["start"] and r["end"] else None,
                r["state"],
                r["rows_changed"],
                r["error"],
            )
            for r in rows
        ],
    )


def _job(run: Mapping[str, Any], most: int = 3) -> str:
    """The job as people know it; where somebody chose the tables, with their names."""
    from xero_pipeline.operations.run_history import SELECTED

    names = run["assets"]
    if run["job"] != SELECTED or not names:
        return run["job"]
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{SELECTED}: {', '.join(names[:most])}{more}"
