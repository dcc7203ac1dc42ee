"""How the last run of each job went, for each organisation, whoever shared that run with it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xero_pipeline.defs.automation.report_runs import organisations_of
from xero_pipeline.defs.partitions import range_tags
from xero_pipeline.operations.run_history import STOPPED, job_of, run_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    import dagster as dg

RUNS_LOOKED_AT = 1000
"""Days of a practice with a thousand organisations, which share runs."""

_TO = "…"
"""Stands between the first and the last organisation of a run."""


@dataclass(frozen=True, slots=True)
class FailedRun:
    """A failed run that is the last run of its job for some organisations.

    Args:
        tenants: Those organisations; others of the same run have had another run since.
    """

    run_id: str
    job: str
    tenants: Sequence[str]


@dataclass(frozen=True, slots=True)
class LastRuns:
    """How the last runs went.

    Args:
        failed: By scope: whose the run was, and which job.
        succeeded: Tenant ids and jobs whose last run succeeded.
        order: Tenant ids in the order of their partitions.
    """

    failed: Mapping[str, FailedRun]
    succeeded: Container[tuple[str, str]]
    order: Sequence[str]

    def is_settled(self, scope: str, connected: Container[str]) -> bool:
        """Whether the job has succeeded since for every connected organisation of a run that failed earlier.

        Args:
            scope: Of that run; the newest runs may not include it any more.
            connected: Tenant ids; nobody waits for a run of any other organisation.
        """
        whose, job = scope.split(" ", 1)
        tenants = organisations_of(range_tags(whose.split(_TO)), self.order)
        return all((tenant, job) in self.succeeded for tenant in tenants if tenant in connected)


def last_runs(instance: dg.DagsterInstance, order: Sequence[str]) -> LastRuns:
    """Find the last run of each job of each organisation.

    A run that a person stopped says nothing: the one before it counts.

    Args:
        order: Tenant ids in the order of their partitions.
    """
    failed: dict[str, FailedRun] = {}
    succeeded, seen = set[tuple[str, str]](), set[tuple[str, str]]()
    for run in _ended_runs(instance):
        job, tenants = job_of(run), tuple(organisations_of(run.tags, order))
        without_later_run = [tenant for tenant in tenants if (tenant, job) not in seen]
        if not without_later_run:
            continue
        new = {(tenant, job) for tenant in without_later_run}
        if run.is_success:
            succeeded |= new
        elif run_error(instance, run.run_id) == STOPPED:
            continue
        else:
            failed[_scope(tenants, job)] = FailedRun(run.run_id, job, without_later_run)
        seen |= new
    return LastRuns(failed, succeeded, order)


def _ended_runs(instance: dg.DagsterInstance) -> Iterable[dg.DagsterRun]:
    """The newest first, all in one query."""
    import dagster as dg

    ended = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE]
    records = instance.get_run_records(dg.RunsFilter(statuses=ended), limit=RUNS_LOOKED_AT)
    return [record.dagster_run for record in records]


def _scope(tenants: Sequence[str], job: str) -> str:
    """Whose a run was, and which job: the same for the same organisations."""
    whose = tenants[0] if len(tenants) == 1 else f"{tenants[0]}{_TO}{tenants[-1]}"
    return f"{whose} {job}"
