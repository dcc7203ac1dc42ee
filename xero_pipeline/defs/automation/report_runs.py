"""Which runs bring the months that are due: neighbours share one, and nobody is asked twice at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import dagster as dg

from xero_pipeline.defs.partitions import range_tags, report_key, runs_of_neighbours
from xero_pipeline.defs.run_tags import ORGANISATION, organisation_tags
from xero_pipeline.sync.backfill_calls import contiguous_runs

if TYPE_CHECKING:
    import dagster as dg

PARTITIONS_PER_RUN = 120
"""Months times organisations of a run: ten years of one, or this month of many. Launching is what costs."""

LONGEST_RUN = timedelta(hours=6)
"""A run that began longer ago was killed with nobody left to say so; `dagster.yaml` ends it at the same age."""


@dataclass(frozen=True, slots=True)
class ReportRun:
    """A run of some reports: the same months of neighbouring organisations.

    Args:
        tenants: Tenant ids, neighbours in the order of the partitions.
        months: First days, without a gap, oldest first.
        reports: Names of the reports.
    """

    tenants: tuple[str, ...]
    months: tuple[date, ...]
    reports: tuple[str, ...]

    @property
    def name(self) -> str:
        """The same for the same pull."""
        which = "+".join(self.reports)
        return f"{self.tenants[0]}+{len(self.tenants) - 1}:{self.months[0]}:{self.months[-1]}:{which}"

    def tags(self, names: Mapping[str, str]) -> dict[str, str]:
        """The tags that make a run carry it.

        Args:
            names: Of organisations by tenant id.
        """
        first, last = report_key(self.months[0], self.tenants[0]), report_key(self.months[-1], self.tenants[-1])
        return {**organisation_tags(self.tenants, names), **range_tags([first, last])}


def report_runs(order: Sequence[str], months: Mapping[str, Mapping[str, Sequence[date]]]) -> list[ReportRun]:
    """The runs that bring some months of some reports of some organisations.

    Args:
        months: For each organisation, in the order of turns, and each report the first days of its months.

    Returns:
        In the order of turns; of an organisation the newest months first.
    """
    sharing: dict[tuple[tuple[date, ...], tuple[str, ...]], list[str]] = {}
    for tenant_id, wanted in months.items():
        for months_of_run, reports in group_by_months(wanted).items():
            sharing.setdefault((months_of_run, tuple(reports)), []).append(tenant_id)
    pulls = [
        ReportRun(tuple(tenants), stretch, reports)
        for (stretch, reports), whose in sharing.items()
        for tenants in runs_of_neighbours(order, whose, at_most=max(1, PARTITIONS_PER_RUN // len(stretch)))
    ]
    turn = {tenant_id: number for number, tenant_id in enumerate(months)}
    return sorted(pulls, key=lambda pull: (min(turn[t] for t in pull.tenants), -pull.months[-1].toordinal()))


def group_by_months(wanted: Mapping[str, Sequence[date]]) -> dict[tuple[date, ...], list[str]]:
    """Months without a gap, and the reports that want exactly these: a run pulls nothing that is not due.

    Args:
        wanted: For each report the first days of its months.

    Returns:
        For the months of a run, oldest first, the names of its reports.
    """
    found: dict[tuple[date, ...], list[str]] = {}
    for report, months in wanted.items():
        for stretch in contiguous_runs(months):
            for months_of_run in _cut(stretch, PARTITIONS_PER_RUN):
                found.setdefault(months_of_run, []).append(report)
    return found


def _cut(stretch: Sequence[date], size: int) -> list[tuple[date, ...]]:
    """The newest months whole, what does not fit in pieces before them."""
    ends = range(len(stretch), 0, -size)
    return [tuple(stretch[max(0, end - size) : end]) for end in ends]


def from_cursor(tenants: Sequence[str], cursor: str | None) -> list[str]:
    """Organisations in order, beginning where the last tick stopped.

    Args:
        cursor: Whose turn it is; None for the first.
    """
    return [*(t for t in tenants if t >= (cursor or "")), *(t for t in tenants if t < (cursor or ""))]


def next_turn(tenants: Iterable[str], cursor: str | None, *, at_most: int) -> tuple[list[str], str | None]:
    """The organisations of a tick, and the cursor with which the next tick goes on: all of them in turn.

    Args:
        tenants: In any order.
        cursor: Whose turn it is; None for the first.
        at_most: How many a tick asks for.
    """
    turn = from_cursor(sorted(tenants), cursor)
    return turn[:at_most], turn[at_most] if len(turn) > at_most else cursor


def organisations_in_flight(instance: dg.DagsterInstance, order: Sequence[str], now: datetime) -> set[str]:
    """The organisations that a run is waiting for or under way with. One query, however many there are.

    Args:
        now: In UTC.
    """
    waiting = [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING]
    busy: set[str] = set()
    for record in instance.get_run_records(
        dg.RunsFilter(statuses=[*waiting, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING])
    ):
        if not record.start_time or now.timestamp() - record.start_time < LONGEST_RUN.total_seconds():
            busy |= set(organisations_of(record.dagster_run.tags, order))
    return busy


def organisations_of(tags: Mapping[str, str], order: Sequence[str]) -> Iterable[str]:
    """The organisations of a run, whoever asked for it: a sensor, the schedule, a person, a backfill."""
    if one := tags.get(ORGANISATION):
        return [one]
    if one := tags.get("dagster/partition"):
        return [_tenant(one)]
    first, last = tags.get("dagster/asset_partition_range_start"), tags.get("dagster/asset_partition_range_end")
    if not first or not last:
        return []
    ends = _tenant(first), _tenant(last)
    if not set(ends) <= set(order):
        return ends
    return order[order.index(ends[0]) : order.index(ends[1]) + 1]


def _tenant(partition: str) -> str:
    """Of a report's key the part behind the month, of any other key all."""
    return partition.rpartition("|")[2]
