"""How the last run of each job went, for each organisation or for those that share a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xero_pipeline.defs.automation.report_runs import organisations_of
from xero_pipeline.operations.run_history import STOPPED, job_of, run_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    import dagster as dg

RUNS_LOOKED_AT = 1000
"""Days of a practice with a thousand organisations, which share runs."""


@dataclass(frozen=True, slots=True)
class LastRun:
    """The last run of a job that ended.

    Args:
        tenants: Whose it was.
        failed: Whether it failed; one that a person stopped did not.
    """

    run_id: str
    job: str
    tenants: Sequence[str]
    failed: bool


def last_runs(instance: dg.DagsterInstance, order: Sequence[str]) -> Mapping[str, LastRun]:
    """By whose they are, and which job.

    Args:
        order: Tenant ids in the order of their partitions.
    """
    import dagster as dg

    ended = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE]
    found: dict[str, LastRun] = {}
    for record in instance.get_run_records(dg.RunsFilter(statuses=ended), limit=RUNS_LOOKED_AT):
        run = record.dagster_run
        tenants = tuple(organisations_of(run.tags, order))
        if not tenants:
            continue
        job = job_of(run)
        whose = tenants[0] if len(tenants) == 1 else f"{tenants[0]}…{tenants[-1]}"
        key = f"{whose} {job}"
        if key not in found:
            failed = run.status == dg.DagsterRunStatus.FAILURE and run_error(instance, run.run_id) != STOPPED
            found[key] = LastRun(run.run_id, job, tenants, failed)
    return found
