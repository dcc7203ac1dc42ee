"""Whether organisations are reconciled with Xero, in the words of the first page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from xero_pipeline.errors import WarehouseBusy
from xero_pipeline.metrics.trust import Trust, trusts

if TYPE_CHECKING:
    from xero_pipeline.warehouse.store import Warehouse
    from xero_pipeline.web.app_context import AppContext

State = Literal["yes", "no", "pending", "unknown"]


@dataclass(frozen=True, slots=True)
class Reconciled:
    """How the ledger of an organisation agrees with Xero's reports.

    Args:
        figures: How many were compared.
        differ: How many differ; `unexplained` of them without a known cause.
        since: When the first of these was seen, and the first month that one arose in.
        pending: How many wait for Xero's report to be pulled again.
    """

    state: State
    figures: int = 0
    differ: int = 0
    unexplained: int = 0
    since: datetime | None = None
    month: date | None = None
    pending: int = 0


def reconciled(context: AppContext, tenants: Sequence[str]) -> Mapping[str, Reconciled]:
    """Look how some organisations stand, by tenant id; none while the warehouse is busy and was not read before."""
    try:
        found = context.books.see(("trust", *tenants), lambda warehouse: _read(warehouse, tenants)).value
    except WarehouseBusy:
        return {}
    return {tenant_id: _of(one) for tenant_id, one in found.items()}


def _read(warehouse: Warehouse, tenants: Sequence[str]) -> Mapping[str, Trust]:
    with warehouse.reading() as connection:
        return trusts(connection, tenants)


def _of(one: Trust) -> Reconciled:
    tie = one.tie_out
    if not one.is_kept or tie is None:
        return Reconciled("unknown")
    state: State = "no" if tie.unexplained else "yes" if tie.figures and one.is_good else "pending"
    return Reconciled(
        state, tie.figures, tie.differ, tie.unexplained, tie.unexplained_since, tie.unexplained_from, tie.stale
    )
