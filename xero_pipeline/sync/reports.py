"""The monthly reports of one organisation: asked for in as few calls as stay month-true, kept per month."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from xero_pipeline import clock
from xero_pipeline.calendar import year_start
from xero_pipeline.errors import UnreadableAnswer, XeroPipelineError
from xero_pipeline.sync.report_reads import ReportReads
from xero_pipeline.sync.report_writer import keep_months
from xero_pipeline.sync.reports_stale import TRIAL_BALANCE
from xero_pipeline.sync.result import CallStats, SyncResult

if TYPE_CHECKING:
    from xero_pipeline.sync.landing.store import Landing
    from xero_pipeline.sync.progress import Step
    from xero_pipeline.warehouse.load.merge import Merged
    from xero_pipeline.warehouse.store import Warehouse
    from xero_pipeline.xero.reports.catalogue import Report
    from xero_pipeline.xero.reports.fetched_report import ReportSource
    from xero_pipeline.xero.reports.parse_statements import TrackingCategory
    from xero_pipeline.xero.reports.report_months import ReportMonth

MONTHS_TOGETHER = 12
"""A year a transaction: what one call of the profit and loss brings."""

UNREADABLE_IN_A_ROW = 3
"""After so many answers that cannot be read, one after the other, no more are asked for: each took its repetitions."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Months of a report that were kept together.

    Args:
        rows: How many lines the report of each month has, by its first day.
        outcome: What they brought and cost.
    """

    rows: Mapping[date, int]
    outcome: SyncResult


def sync_report(
    client: ReportSource,
    warehouse: Warehouse,
    tenant_id: str,
    report: Report,
    months: Sequence[date],
    *,
    tally: CallStats,
    progress: Step | None = None,
    landing: Landing | None = None,
    now: Callable[[], datetime] = clock.now,
    reads: ReportReads | None = None,
    account_data: bool = False,
) -> Iterator[Kept]:
    """Pull a report for some months and keep what differs from what we had.

    Args:
        warehouse: Takes the rows, up to a year in one transaction.
        months: First days of the months wanted.
        tally: Where `client` counts its calls.
        progress: Told after each month.
        now: The clock for `fetched_at`.
        reads: Those of this report and several organisations, which the caller flushes; None for this one alone.
        account_data: Whether balances of the Account Data API may stand for trial balances that they agree with.

    Yields:
        What was kept, as soon as it is; calls and bytes are those since the yield before.

    Raises:
        UnreadableAnswer: Some month cannot be read; the others are kept.
        XeroPipelineError: Whatever stopped it; months kept until then stay.
    """
    from xero_pipeline.sync.tracking_categories import tracking_categories

    waiting: list[ReportMonth] = []
    categories = tracking_categories(warehouse, tenant_id) if report.parse is None else ()
    land = landing and _Land(landing, tenant_id, report, tuple(categories))
    together = reads or ReportReads(warehouse, report, {tenant_id: months})
    source = _at_once(client, warehouse, tenant_id, report, months) if account_data else client
    keep = _Keeper(warehouse, tenant_id, report, tally, now, land, together, flushes=reads is None)
    try:
        for done, month in enumerate(_readable(source, tenant_id, report, months, categories), start=1):
            waiting.append(month)
            if progress:
                progress(done, len(months), sum(len(one.rows) for one in waiting))
            if len(waiting) == MONTHS_TOGETHER:
                yield keep(waiting)
                waiting = []
    except XeroPipelineError:
        # What did arrive was paid for with calls: it stays, whatever stopped the rest.
        if waiting:
            yield keep(waiting)
        raise
    if waiting:
        yield keep(waiting)


def _at_once(
    client: ReportSource, warehouse: Warehouse, tenant_id: str, report: Report, months: Sequence[date]
) -> ReportSource:
    """Whoever has the trial balances of many months in few calls; of a year that begins within a month nobody has."""
    from xero_pipeline.xero.explained.trial_balances import WORTH_IT, TrialBalancesAtOnce

    if report.table != TRIAL_BALANCE or len(months) < WORTH_IT:
        return client
    rows = warehouse.query(
        "select financial_year_end_day as d, financial_year_end_month as m from xero.organisations "
        "where tenant_id = :tenant_id and not is_deleted and financial_year_end_month is not null",
        {"tenant_id": tenant_id},
    ).to_pylist()
    whole = [(row["d"], row["m"]) for row in rows if year_start(max(months), row["d"], row["m"]).day == 1]
    return TrialBalancesAtOnce(client, report, months, whole[0]) if whole else client


def _readable(
    client: ReportSource, tenant_id: str, report: Report, months: Sequence[date], categories: Sequence[TrackingCategory]
) -> Iterator[ReportMonth]:
    """The months that can be read, those of an unreadable answer one by one; what cannot be is told at the end."""
    from xero_pipeline.xero.reports.report_months import report_months

    waiting = deque(window.wanted for window in report.period_request.windows(months))
    flaws: list[UnreadableAnswer] = []
    in_a_row = 0
    while waiting and in_a_row < UNREADABLE_IN_A_ROW:
        wanted, got = waiting.popleft(), set[date]()
        try:
            for month in report_months(client, tenant_id, report, wanted, categories):
                got.add(month.period_start)
                yield month
            in_a_row = 0
        except UnreadableAnswer as flaw:
            in_a_row += 1
            alone = len(wanted) == 1
            if alone or in_a_row == UNREADABLE_IN_A_ROW:
                flaws.append(flaw)
            if not alone:
                waiting.extendleft((month,) for month in reversed(wanted) if month not in got)
    if flaws:
        raise flaws[0]


@dataclass(frozen=True, slots=True)
class _Land:
    """Keeps the answers of months before their rows are."""

    landing: Landing
    tenant_id: str
    report: Report
    categories: tuple[TrackingCategory, ...]

    def __call__(self, months: Sequence[ReportMonth], at: datetime) -> None:
        from xero_pipeline.sync.landing.file_format import LandedBatch

        answers = {id(answer): answer for month in months for answer in month.answers}
        self.landing.keep(
            LandedBatch(
                tenant_id=self.tenant_id,
                table=self.report.table,
                subject=self.report.name,
                kind="report",
                at=at,
                months=tuple(month.period_start for month in months),
                basis=self.report.basis,
                categories=self.categories,
            ),
            list(answers.values()),
        )


class _Keeper:
    """Puts months into the warehouse and counts what they cost since the last time."""

    def __init__(
        self,
        warehouse: Warehouse,
        tenant_id: str,
        report: Report,
        tally: CallStats,
        now: Callable[[], datetime],
        land: _Land | None,
        reads: ReportReads,
        *,
        flushes: bool,
    ) -> None:
        self._warehouse = warehouse
        self._tenant_id = tenant_id
        self._report = report
        self._tally = tally
        self._now = now
        self._land = land
        self._reads = reads
        self._flushes = flushes
        self._calls, self._wire_bytes, self._since = tally.calls, tally.wire_bytes, time.monotonic()

    def __call__(self, months: Sequence[ReportMonth]) -> Kept:
        """Keep these months in one transaction, or note that they are as they were."""
        at, tally = self._now(), self._tally
        if self._land:
            self._land(months, at)
        merged = self._merged(months, at)
        outcome = SyncResult(
            tables={self._report.table: merged},
            records=sum(len(month.rows) for month in months),
            calls=tally.calls - self._calls,
            wire_bytes=tally.wire_bytes - self._wire_bytes,
            seconds=time.monotonic() - self._since,
        )
        self._calls, self._wire_bytes, self._since = tally.calls, tally.wire_bytes, time.monotonic()
        return Kept({month.period_start: len(month.rows) for month in months}, outcome)

    def _merged(self, months: Sequence[ReportMonth], at: datetime) -> Merged:
        from xero_pipeline.warehouse.load.merge import Merged

        if not self._reads.are_as_before(self._tenant_id, months):
            return keep_months(self._warehouse, self._tenant_id, self._report, months, at)
        self._reads.note(self._tenant_id, months, at)
        if self._flushes:
            self._reads.flush()
        return Merged()
