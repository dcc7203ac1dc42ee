"""How the ledger stands that a built-in query reads: whether it is there at all, and what there is to say of it."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from xero_pipeline import clock
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.ledger.schema import has_ledger
from xero_pipeline.queries.execution import looking
from xero_pipeline.queries.macros import reads_ledger, reads_metrics
from xero_pipeline.warehouse.organisation_names import NAMED

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

    from xero_pipeline.warehouse.store import Warehouse


_NOTES_CALLS = "SELECT 1 FROM information_schema.tables WHERE table_schema = 'xero' AND table_name = 'api_calls'"
_AT_WORK = timedelta(minutes=10)
"""A sync that asked Xero for nothing in this time has ended, or waits until tomorrow."""


def require_ledger(warehouse: Warehouse, name: str, text: str) -> None:
    """Refuse a query whose figures are the ledger's while no ledger was kept.

    Args:
        warehouse: Where it is asked.
        text: Its statement, as in the file.

    Raises:
        ConfigurationError: There is no ledger yet, or no warehouse.
        WarehouseBusy: Another process held the file all the time.
    """
    if not reads_ledger(text):
        return
    with looking(warehouse) as connection:
        if not has_ledger(connection):
            raise ConfigurationError(f"{name} reads the ledger, which was not kept yet. {first_sync(connection)}")


def first_sync(connection: Connection) -> str:
    """What to do while an organisation has no ledger: a sync posts what it brings, and one may be at it.

    Args:
        connection: To the warehouse; reading is enough.
    """
    noted = connection.exec_driver_sql(_NOTES_CALLS).first()
    last = connection.exec_driver_sql("SELECT MAX(called_at) FROM xero.api_calls").scalar() if noted else None
    if last is not None and clock.now() - last < _AT_WORK:
        return (
            f"A sync is under way: Xero was last asked at {last.astimezone(UTC):%H:%M} UTC. "
            "It posts what it brings when it has all of it: ask again then."
        )
    return "Run `xero-pipeline sync`, which posts what it brings."


def remarks(warehouse: Warehouse, text: str, tenants: Collection[str]) -> list[str]:
    """What keeps the figures of a query from being taken as they are: each remark once.

    Args:
        warehouse: Where it is asked.
        text: The statement of the query, as in the file.

    Raises:
        WarehouseBusy: Another process held the file all the time.
    """
    from xero_pipeline.metrics.trust import trusts

    if not reads_metrics(text):
        return []
    with looking(warehouse) as connection:
        rows = connection.exec_driver_sql(f"select tenant_id, name from {NAMED} as n")
        named = {row.tenant_id: row.name for row in rows}
        told = {tenant_id: one.remark for tenant_id, one in trusts(connection, tenants).items()}
    if len(tenants) == 1:
        return [remark for remark in told.values() if remark]
    return [f"{named.get(tenant_id, tenant_id)}: {remark}" for tenant_id, remark in told.items() if remark]
