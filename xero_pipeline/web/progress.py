"""How far a run is, from what it has written into Dagster's history so far."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from xero_pipeline.operations.run_history import changed
from xero_pipeline.operations.run_steps import subject_of
from xero_pipeline.shard import without_shard

if TYPE_CHECKING:
    import dagster as dg

KEPT = 50
_AT_ONCE = 1000


@dataclass(slots=True)
class _Tally:
    """What was read of one run so far."""

    steps: int
    cursor: str | None = None
    ended: set[str] = field(default_factory=set)
    current: str | None = None
    rows_changed: int = 0
    calls: int = 0


class RunProgress:
    """Reads the events of runs that are under way, each once. May be shared by threads."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self._instance = instance
        self._lock = threading.Lock()
        self._tallies: dict[str, _Tally] = {}

    def of(self, record: dg.RunRecord) -> dict[str, Any]:
        """How far a run is."""
        run = record.dagster_run
        with self._lock:
            tally = self._tallies.get(run.run_id)
            if tally is None:
                while len(self._tallies) >= KEPT:
                    self._tallies.pop(next(iter(self._tallies)))
                tally = self._tallies[run.run_id] = _Tally(self._steps_of(run))
            self._read_on(run.run_id, tally)
            return {
                "run_id": run.run_id,
                "job": without_shard(run.job_name),
                "state": run.status.value.lower(),
                "since": datetime.fromtimestamp(record.start_time, UTC) if record.start_time else None,
                "tables_done": len(tally.ended),
                "tables": tally.steps,
                "at": subject_of(tally.current).replace("_", " ") if tally.current else None,
                "rows_changed": tally.rows_changed,
                "calls": tally.calls,
            }

    def _steps_of(self, run: dg.DagsterRun) -> int:
        if run.execution_plan_snapshot_id is None:
            return 0
        return len(self._instance.get_execution_plan_snapshot(run.execution_plan_snapshot_id).step_keys_to_execute)

    def _read_on(self, run_id: str, tally: _Tally) -> None:
        import dagster as dg

        kinds = dg.DagsterEventType
        wanted = {kinds.STEP_START, kinds.STEP_SUCCESS, kinds.STEP_FAILURE, kinds.ASSET_MATERIALIZATION}
        more = True
        while more:
            read = self._instance.get_records_for_run(run_id, tally.cursor, of_type=wanted, limit=_AT_ONCE)
            for record in read.records:
                _count(tally, record.event_log_entry)
            tally.cursor, more = read.cursor, read.has_more


def _count(tally: _Tally, entry: dg.EventLogEntry) -> None:
    event = entry.dagster_event
    if event is None:
        return
    if event.is_step_start:
        tally.current = event.step_key
    elif event.is_step_success or event.is_step_failure:
        tally.ended.add(event.step_key or "")
        tally.current = None
    elif made := entry.asset_materialization:
        tally.rows_changed += changed(made.metadata)
        calls = made.metadata["calls"].value if "calls" in made.metadata else 0
        tally.calls += calls if isinstance(calls, int) else 0
