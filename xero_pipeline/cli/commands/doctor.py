"""`doctor`: what is as it must be, what is not, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from xero_pipeline.operations.health.result import HealthResult

_STYLES = {"ok": "green", "warning": "yellow", "problem": "bold red"}


def doctor(
    json: Annotated[bool, typer.Option("--json", help="Output JSON.")] = False,
    alert: Annotated[
        bool, typer.Option("--alert", help="Only send a test message to the addresses in XERO_ALERTS.")
    ] = False,
    webhook: Annotated[
        bool, typer.Option("--webhook", help="Only try out the address for Xero's webhooks, as Xero does.")
    ] = False,
) -> None:
    """Check settings, key, clock, Xero, consents, scopes, disk, databases and Dagster, and say what to do.

    Ends with 1 when there is a problem; a warning is none.
    """
    from xero_pipeline.cli.output.console import print_json
    from xero_pipeline.operations.dagster_home import open_instance
    from xero_pipeline.operations.health.checkup import checkup

    found: list[HealthResult] = []
    trial = _trial() if alert else _webhook_trial() if webhook else None
    for result in trial or checkup(open_instance):
        found.append(result)
        if not json:
            _show(result)
    problems = sum(one.state == "problem" for one in found)
    if json:
        print_json({"ok": not problems, "findings": [asdict(one) for one in found]})
    else:
        _sum_up(found)
    if problems:
        raise typer.Exit(1)


def _trial() -> Iterator[HealthResult]:
    from xero_pipeline.operations.health.alerts import NAME, send_trial
    from xero_pipeline.operations.health.result import carried
    from xero_pipeline.settings import Settings

    settings = Settings.load()
    yield from carried(NAME, lambda: send_trial(settings))


def _webhook_trial() -> Iterator[HealthResult]:
    from xero_pipeline.operations.health.result import carried
    from xero_pipeline.operations.health.webhook_trial import try_webhook
    from xero_pipeline.operations.health.webhooks import NAME
    from xero_pipeline.settings import Settings

    settings = Settings.load()
    yield from carried(NAME, lambda: try_webhook(settings))


def _show(result: HealthResult) -> None:
    from rich.table import Table
    from rich.text import Text

    from xero_pipeline.cli.output.console import screen

    console = screen()
    if not console.is_terminal:
        remedy = f" {result.remedy}" if result.remedy else ""
        told = result.told.removesuffix(".")
        console.print(f"{result.state}: {result.check}: {told}.{remedy}", markup=False, soft_wrap=True)
        return
    row = Table.grid(padding=(0, 2, 0, 0))
    row.add_column(width=len("problem"))
    row.add_column(width=len("encryption key"))
    row.add_column(overflow="fold")
    row.add_row(Text(result.state, style=_STYLES[result.state]), result.check, Text(result.told))
    if result.remedy:
        row.add_row("", "", Text(result.remedy, style="bold"))
    console.print(row)


def _sum_up(found: list[HealthResult]) -> None:
    from xero_pipeline.cli.output.console import conclude

    counts = {state: sum(one.state == state for one in found) for state in ("problem", "warning")}
    told = [f"{count} {state}{'s' if count > 1 else ''}" for state, count in counts.items() if count]
    conclude(f"\n{' and '.join(told)}." if told else "\nAll is well.")
