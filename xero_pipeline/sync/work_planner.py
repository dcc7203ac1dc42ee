"""What each organisation may do now: its first load, what was left, months of reports, its ledger. Never calls Xero.

Whoever starts runs by himself asks here, so that all of them agree on whose turn it is: nobody is asked for twice at a
time, nothing is asked of an organisation that has to be connected again, and what was put aside keeps its own pace.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xero_pipeline.sync.backfill_calls import fit_to_budget
from xero_pipeline.sync.reports_due import all_months_due, first_load_complete

if TYPE_CHECKING:
    from datetime import date, datetime

    from xero_pipeline.state.deferred_work import DeferredTask
    from xero_pipeline.warehouse.store import Warehouse
    from xero_pipeline.xero.auth.organisations import Organisation
    from xero_pipeline.xero.quota.limiter import Quota
    from xero_pipeline.xero.reports.catalogue import Report

Due = Mapping[str, Mapping["Report", Sequence["date"]]]
"""By organisation and report the months that are due."""


@dataclass(frozen=True, slots=True)
class WorkPlanner:
    """Knows what keeps an organisation from working.

    Args:
        now: In UTC.
        organisations: Those that are to be synced: all but those a person disconnected.
        known: Tenant ids of those that were seen before, in the order of their partitions.
        busy: Those that a run is waiting for or under way with.
        noted: What waits for calls, and what was put aside.
    """

    now: datetime
    organisations: Sequence[Organisation]
    known: Sequence[str]
    busy: Collection[str]
    noted: Sequence[DeferredTask]

    @property
    def names(self) -> dict[str, str]:
        """What people call the organisations, by tenant id."""
        return {one.tenant_id: one.name for one in self.organisations}

    def new(self) -> list[str]:
        """Those that were connected and not seen before."""
        known = set(self.known)
        return [one.tenant_id for one in self.organisations if one.tenant_id not in known]

    def free(self) -> set[str]:
        """Those that nobody is at work for: what needs no call may be done, whatever their connection."""
        return set(self.known) - set(self.busy)

    def callable(self) -> set[str]:
        """Those of them for which Xero may be called.

        Whoever has to connect again is not: the daily sync says so once a day, that is enough.
        """
        return {one.tenant_id for one in self.organisations if one.status == "connected"} & self.free()

    def first_loads(self, warehouse: Warehouse, awaited: Sequence[str]) -> list[str]:
        """Those whose first load is not complete, and for which nothing else goes on with it.

        Args:
            awaited: The collections that make a first load.

        Raises:
            WarehouseBusy: Another process held the file all the time.
        """
        waiting = self.callable() - {one.tenant_id for one in self.noted if not one.is_aside}
        return sorted(waiting - self._loaded(warehouse, waiting, awaited))

    def left(self) -> list[DeferredTask]:
        """What was left of earlier runs and may be asked for when its time has come, those first that are due first."""
        ready = self.callable()
        return [one for one in self.noted if one.tenant_id in ready]

    def months_due(
        self, warehouse: Warehouse, reports: Sequence[Report], awaited: Sequence[str], start_date: date | None
    ) -> Due:
        """The months that are missing or stale; nothing before an organisation's first load is complete.

        Months that are noted, for want of calls or put aside, are asked for again at the pace of their notes.

        Args:
            reports: Those that are pulled by themselves.
            awaited: The collections that make a first load.
            start_date: The first month, if it is set.

        Raises:
            WarehouseBusy: Another process held the file all the time.
        """
        ready = self.callable() - {one.tenant_id for one in self.noted if one.months and not one.is_aside}
        tenants = sorted(self._loaded(warehouse, ready, awaited))
        due = all_months_due(warehouse, tenants, reports, at=self.now, start_date=start_date)
        aside = {(one.tenant_id, one.asset): frozenset(one.months) for one in self.noted if one.is_aside}
        left = {
            tenant_id: {
                report: [month for month in months if month not in aside.get((tenant_id, report.name), ())]
                for report, months in wanted.items()
            }
            for tenant_id, wanted in due.items()
        }
        return {tenant_id: months for tenant_id, months in left.items() if any(months.values())}

    def _loaded(self, warehouse: Warehouse, tenants: Collection[str], awaited: Sequence[str]) -> set[str]:
        """Whose first load is complete; nobody waits for what was put aside."""
        if not tenants:
            return set()
        aside = {(one.tenant_id, one.asset) for one in self.noted if one.is_aside}
        return first_load_complete(warehouse, sorted(tenants), awaited, aside)


def affordable(
    quota: Quota, tenants: Sequence[str], due: Due, *, reserve: int = 0
) -> dict[str, Mapping[str, Sequence[date]]]:
    """As much of what is due as each organisation's day still holds, by the names of the reports.

    Args:
        tenants: Of which organisations.
        due: From `WorkPlanner.months_due`.
        reserve: Calls of the day that are kept for others.
    """
    return {
        tenant_id: {
            report.name: months
            for report, months in fit_to_budget(
                due[tenant_id], max(0, quota.snapshot(tenant_id).day_remaining - reserve)
            ).items()
        }
        for tenant_id in tenants
    }
