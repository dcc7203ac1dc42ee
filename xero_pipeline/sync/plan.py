"""What the next sync costs, from what the warehouse and the quota already know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xero_pipeline.settings import Settings
    from xero_pipeline.warehouse.store import Warehouse
    from xero_pipeline.xero.quota import Quota


@dataclass(frozen=True, slots=True)
class Plan:
    """The calls of a sync of one organisation.

    Args:
        collections: Calls for documents and settings: at least one a collection, more on a first load.
        reports: Calls for the months that are due.
        left: Calls the organisation has left today.
        per_minute: Calls in any minute.
    """

    collections: int
    reports: int
    left: int
    per_minute: int

    @property
    def calls(self) -> int:
        """All of them."""
        return self.collections + self.reports

    @property
    def minutes(self) -> int:
        """Whole minutes they take at least, at the limit of the minute."""
        return max(self.calls - 1, 0) // self.per_minute


def plan_sync(warehouse: Warehouse, quota: Quota, tenant_id: str, settings: Settings) -> Plan:
    """Plan the next sync of an organisation without a call.

    Args:
        warehouse: Knows what was pulled, and how many rows there are.
        quota: Knows what is left of the day.
        tenant_id: The organisation.
        settings: Limits and first month.
    """
    from xero_pipeline.sync.budget import calls_for
    from xero_pipeline.sync.due import all_months_due
    from xero_pipeline.xero.endpoints import chosen as chosen_collections
    from xero_pipeline.xero.reports import chosen_reports

    today = datetime.now(UTC).date()
    collections = chosen_collections(tax_reports=settings.tax_reports)
    details = sum(_records(warehouse, tenant_id, one.table) for one in collections if one.paging == "details")
    chosen = chosen_reports(settings.reports, cash_basis=settings.cash_basis, custom_layouts=settings.custom_layouts)
    due = all_months_due(warehouse, [tenant_id], chosen, today=today, start_date=settings.start_date)[tenant_id]
    reports = sum(calls_for(report, months) for report, months in due.items())
    return Plan(
        collections=len(collections) + details,
        reports=reports,
        left=quota.snapshot(tenant_id).day_remaining,
        per_minute=settings.calls_per_minute,
    )


def _records(warehouse: Warehouse, tenant_id: str, table: str) -> int:
    """How many records an organisation has of a collection that takes a call for each."""
    sql = f"select count(*) as n from xero.{table} where tenant_id = :tenant_id and not is_deleted"
    return warehouse.query(sql, {"tenant_id": tenant_id}).to_pylist()[0]["n"]
