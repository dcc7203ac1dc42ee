"""`publish`: every table into another warehouse."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from xero_pipeline.cli.output.console import complain, conclude, print_json, print_table
from xero_pipeline.cli.output.progress_counter import ProgressCounter
from xero_pipeline.container import Services
from xero_pipeline.settings import Settings


def publish(
    compare_all: Annotated[
        bool, typer.Option("--compare-all", help="Compare every table afterwards, and not only those that were sent.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Output JSON: what was sent and compared.")] = False,
) -> None:
    """Publish every table to XERO_PUBLISH, as far as it changed, and compare rows and sums there with ours."""
    from xero_pipeline.publish.update import publish_books

    services = Services(Settings.load())
    with ProgressCounter("rows") as counter:
        done = publish_books(services, everything=compare_all, progress=counter.show)
    if json:
        print_json(asdict(done))
    else:
        rows = [(table, count) for table, count in done.rows.items() if count]
        total = ("Total", sum(count for _, count in rows))
        if rows:
            title = f"Published to {services.settings.publish}"
            print_table(title, [("Table", "left"), ("Rows", "right")], [*rows, total], last_is_total=True)
        conclude(f"{done.slices} tables of organisations changed. {done.compared} tables compared.")
    for one in done.differences:
        complain(one.told)
    if done.differences:
        raise typer.Exit(1)
