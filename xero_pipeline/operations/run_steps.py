"""The steps of a run: one for each list, report or ledger, how it went and what it changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from xero_pipeline.operations.run_history import changed, failure_of

if TYPE_CHECKING:
    import dagster as dg

StepState = Literal["started", "success", "failure"]


@dataclass(slots=True)
class RunStep:
    """A step of a run.

    Args:
        name: What it is about, such as `bank_transactions`.
        end: None while it goes on.
        rows_changed: Of all its tables.
        error: What a failed step said.
    """

    name: str
    state: StepState
    start: datetime
    end: datetime | None = None
    rows_changed: int = 0
    error: str | None = None


def run_steps(instance: dg.DagsterInstance, run_id: str) -> list[RunStep]:
    """The steps that a run has begun, in their order; of one that was begun again the last time."""
    import dagster as dg

    kinds = dg.DagsterEventType
    wanted = {kinds.STEP_START, kinds.STEP_SUCCESS, kinds.STEP_FAILURE, kinds.ASSET_MATERIALIZATION}
    found: dict[str, RunStep] = {}
    for entry in instance.all_logs(run_id, of_type=wanted):
        event = entry.dagster_event
        key = event.step_key if event else None
        if event is None or key is None:
            continue
        at = datetime.fromtimestamp(entry.timestamp, UTC)
        if event.is_step_start:
            found[key] = RunStep(subject_of(key), "started", at)
        elif (step := found.get(key)) is not None:
            _note(step, entry, event, at)
    return list(found.values())


def subject_of(step: str) -> str:
    """What a step is about: its key without the verb."""
    return step.partition("_")[2] or step


def _note(step: RunStep, entry: dg.EventLogEntry, event: dg.DagsterEvent, at: datetime) -> None:
    if event.is_step_success:
        step.state, step.end = "success", at
    elif event.is_step_failure:
        step.state, step.end, step.error = "failure", at, failure_of(event)
    elif made := entry.asset_materialization:
        step.rows_changed += changed(made.metadata)
