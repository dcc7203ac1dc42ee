"""What a sync or a backfill costs before it is made, from what the warehouse and the quota already know."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from xero_pipeline import clock

if TYPE_CHECKING:
    from xero_pipeline.settings import Settings
    from xero_pipeline.warehouse.store import Warehouse
    from xero_pipeline.xero.endpoints import Endpoint
    from xero_pipeline.xero.quota.limiter import Quota
    from xero_pipeline.xero.reports.catalogue import Report

AT_ONCE = 5
"""Calls at once that Xero allows to an organisation."""


@dataclass(frozen=True, slots=True)
class Item:
    """One collection or report of a plan.

    Args:
        calls: How many calls it takes; at least so many where `known` is False.
        known: Whether the number follows from what is known.
        wire_bytes: Bytes of the answers, by those of earlier calls of the same kind; None if there were none.
        seconds: Seconds that Xero takes to answer them, likewise.
    """

    asset: str
    calls: int
    known: bool = True
    wire_bytes: int | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A sync or backfill of one organisation.

    Args:
        items: What it brings up to date.
        left: Calls the organisation has left today.
        per_day: Calls of a day.
        per_minute: Calls in any minute; None where nothing is paced.
        per_run: Calls a run may make; None for no bound.
    """

    items: tuple[Item, ...]
    left: int
    per_day: int
    per_minute: int | None
    per_run: int | None = None

    @property
    def calls(self) -> int:
        """Calls of all items."""
        return sum(item.calls for item in self.items)

    @property
    def known(self) -> bool:
        """Whether that number follows from what is known; it is the least otherwise."""
        return all(item.known for item in self.items)

    @property
    def wire_bytes(self) -> int | None:
        """Bytes of all answers; None while nothing is known of some."""
        return _sum([item.wire_bytes for item in self.items if item.calls])

    @property
    def at_least(self) -> timedelta:
        """How long it takes at the limits: of the minute, and of the calls at once."""
        answering = sum(item.seconds or 0 for item in self.items) / AT_ONCE
        paced = max(self.calls - 1, 0) // self.per_minute * 60 if self.per_minute else 0
        return timedelta(seconds=round(max(paced, answering)))

    @property
    def share(self) -> float:
        """Which part of a day's calls it is."""
        return self.calls / self.per_day

    @property
    def fits(self) -> bool:
        """Whether it can be done in one run today."""
        return self.calls <= self.left and (self.per_run is None or self.calls <= self.per_run)


Counts = Callable[["Endpoint"], int | None]
"""How many records a collection has that is read for the first time; None if nobody knows."""


class Planner:
    """Plans for one organisation.

    Args:
        warehouse: Knows what was read, how many records there are, and what calls brought.
        quota: Knows what is left of the day.
        settings: Limits and first month.
        ask: Finds how many records a collection has of which the warehouse knows nothing; None to leave it open.
        costs: Whether bytes and seconds are found, for which all calls that were ever made are looked at.
    """

    def __init__(
        self,
        warehouse: Warehouse,
        quota: Quota,
        tenant_id: str,
        settings: Settings,
        *,
        ask: Counts | None = None,
        costs: bool = True,
    ) -> None:
        from xero_pipeline.sync.estimate.costs import Costs

        self._warehouse = warehouse
        self._quota = quota
        self._tenant_id = tenant_id
        self._settings = settings
        self._ask = ask
        self._costs = Costs(warehouse, tenant_id) if costs else None

    def sync(
        self, collections: Sequence[Endpoint], reports: Sequence[Report], *, full: bool = False, again: bool = False
    ) -> Plan:
        """The next sync.

        Args:
            reports: To pull the months of that are due.
            full: Read everything again; of the reports, every month.
            again: Ask all documents again what hangs on them.
        """
        due = reports_due(self._warehouse, self._tenant_id, reports, self._settings.start_date, full=full)
        return self._plan([*self._collections(collections, full=full, again=again), *self._reports(due)])

    def backfill(self, reports: Sequence[Report], months: Sequence[date]) -> Plan:
        """The reports of some months, pulled again."""
        return self._plan(self._reports(dict.fromkeys(reports, months)))

    def _plan(self, items: Sequence[Item]) -> Plan:
        settings = self._settings
        left = self._quota.snapshot(self._tenant_id).day_remaining
        per_minute = settings.calls_per_minute if settings.keeps_limits else None
        return Plan(tuple(items), left, settings.calls_per_day, per_minute, settings.calls_per_run)

    def _collections(self, collections: Sequence[Endpoint], *, full: bool, again: bool) -> list[Item]:
        from xero_pipeline.sync.estimate.calls import Known, calls_to_read

        by_document = [one.table for one in collections if one.paging == "by_document"]
        listed = [one for one in collections if one.table not in by_document]
        known = Known(self._warehouse, self._tenant_id, [one.table for one in listed])
        items = [self._details(name, by_document, again=again) for name in by_document]
        for one in listed:
            changes = not full and known.read_before(one)
            records = known.records(one.table)
            if records is None and self._ask is not None:
                records = self._ask(one)
            calls = calls_to_read(one, records, changes=changes)
            # A list that comes whole is asked for changes only the same day: the larger answer is the better guess.
            small = changes and one.modified_since and one.paging != "whole"
            items.append(self._item(one.table, calls or 1, known=calls is not None, changes=small))
        return items

    def _details(self, name: str, chosen: Sequence[str], *, again: bool) -> Item:
        """What is asked document by document, as far as the calls of the day for it reach."""
        from xero_pipeline.sync.details.detail_budget import DetailBudget
        from xero_pipeline.sync.details.due_documents import Reading, waiting
        from xero_pipeline.warehouse.progress.read_progress import ReadProgress

        at, budget = clock.now(), DetailBudget.of(self._settings, chosen)
        with self._warehouse.reading() as connection:
            reading = Reading(None, at) if again else None
            due = waiting(connection, self._tenant_id, name, reading).count
            if name == "attachments":
                due += budget.files_waiting(connection, self._tenant_id)
            calls = min(due, budget.left(connection, self._tenant_id, name, at))
            is_read = ReadProgress(connection, self._tenant_id, "invoices").cursor() is not None
            return self._item(name, calls, changes=False, known=is_read)

    def _reports(self, due: Mapping[Report, Sequence[date]]) -> list[Item]:
        from xero_pipeline.sync.backfill_calls import calls_for

        return [self._item(report.name, calls_for(report, months), changes=False) for report, months in due.items()]

    def _item(self, asset: str, calls: int, *, changes: bool, known: bool = True) -> Item:
        cost = self._costs.of(asset, changes=changes) if self._costs else None
        if cost is None:
            return Item(asset, calls, known)
        return Item(asset, calls, known, round(calls * cost.wire_bytes), calls * cost.seconds)


def reports_due(
    warehouse: Warehouse, tenant_id: str, reports: Sequence[Report], start: date | None, *, full: bool
) -> dict[Report, Sequence[date]]:
    """The months of some reports that a sync pulls.

    Args:
        start: First month wanted; None for the organisation's financial year two years back.
        full: Every month, due or not.

    Returns:
        By report the first days, oldest first.
    """
    from xero_pipeline.calendar import months_between
    from xero_pipeline.sync.reports_due import all_months_due, first_month
    from xero_pipeline.warehouse.days import day_of

    now = clock.now()
    if full:
        today = day_of(warehouse, tenant_id, now)
        return dict.fromkeys(reports, months_between(first_month(warehouse, tenant_id, today, start), today))
    return dict(all_months_due(warehouse, [tenant_id], reports, at=now, start_date=start)[tenant_id])


def _sum(counts: Sequence[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None
