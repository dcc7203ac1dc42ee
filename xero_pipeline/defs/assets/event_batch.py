"""Events of a step, reported as one batch, as Dagster does with results of several partitions."""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg
from dagster._core.errors import DagsterExecutionInterruptedError
from dagster._core.events import DagsterEvent, DagsterEventBatchMetadata, generate_event_batch_id
from dagster._utils.interrupts import capture_interrupts, check_captured_interrupt


def report(context: dg.AssetExecutionContext, events: Sequence[dg.AssetMaterialization]) -> None:
    """All are in the history when this returns, also when somebody ends the run meanwhile.

    Args:
        events: Of one asset: some of Dagster's storages note of a batch only the asset of its last event.
    """
    step, batch = context.get_step_execution_context(), generate_event_batch_id()
    # What `log_event` does, which knows no batches.
    noted = context.op_execution_context._events  # pyright: ignore[reportPrivateUsage]
    with capture_interrupts():
        for number, event in enumerate(events, start=1):
            of_batch = DagsterEventBatchMetadata(batch, is_end=number == len(events))
            noted.append(DagsterEvent.asset_materialization(step, event, of_batch))
        interrupted = check_captured_interrupt()
    if interrupted:
        raise DagsterExecutionInterruptedError
