"""`logs`: what was synced, from Dagster's run history."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xero_pipeline.parts import Parts
from xero_pipeline.settings import Settings

if TYPE_CHECKING:
    import dagster as dg


def logs(
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many runs, newest first.")] = 20,
) -> None:
    """The last runs: start, end, state, rows, error."""
    from xero_pipeline.cli.display import print_json, print_table
    from xero_pipeline.cli.instance import open_instance

    parts = Parts(Settings.load())
    names = {o.tenant_id: o.name for o in parts.organisations.list()}
    with open_instance(parts.settings) as instance:
        rows = [_row(instance, record, names) for record in instance.get_run_records(limit=limit)]
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
                r["job"],
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


def _row(instance: dg.DagsterInstance, record: dg.RunRecord, names: dict[str, str]) -> dict[str, Any]:
    run = record.dagster_run
    tenant_id = run.tags.get("xero/organisation") or run.tags.get("dagster/partition")
    return {
        "run_id": run.run_id,
        "job": run.job_name,
        "organisation": names.get(tenant_id or "", tenant_id),
        "start": _instant(record.start_time),
        "end": _instant(record.end_time),
        "state": run.status.value.lower(),
        "rows_changed": _rows_changed(instance, run.run_id),
        "error": _error(instance, run.run_id) if run.is_failure_or_canceled else None,
    }


def _instant(seconds: float | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def _rows_changed(instance: dg.DagsterInstance, run_id: str) -> int:
    """The rows of every materialisation of a run."""
    import dagster as dg

    total = 0
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION):
        materialisation = entry.asset_materialization
        facts = materialisation.metadata if materialisation else {}
        for name in ("rows_inserted", "rows_updated", "rows_removed"):
            value = facts[name].value if name in facts else 0
            total += value if isinstance(value, int) else 0
    return total


def _error(instance: dg.DagsterInstance, run_id: str) -> str | None:
    """What a failed run said first."""
    import dagster as dg

    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_FAILURE):
        event = entry.dagster_event
        data = event.step_failure_data if event else None
        if data and data.user_failure_data and data.user_failure_data.description:
            return data.user_failure_data.description
        if data and data.error and data.error.cls_name == "DagsterExecutionInterruptedError":
            return "Stopped by a person. The next sync goes on from there."
        if data and data.error:
            return data.error.message.strip()
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.RUN_FAILURE):
        return entry.dagster_event.message if entry.dagster_event else entry.message
    return None
