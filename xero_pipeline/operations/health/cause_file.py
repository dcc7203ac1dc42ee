"""What the file of named causes (XERO_CAUSES) matches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from xero_pipeline.errors import WarehouseBusy
from xero_pipeline.ledger.reconcile.cause_file import accounts_of, read_causes
from xero_pipeline.operations.health.result import HealthResult
from xero_pipeline.operations.health.warehouse import BUSY_SECONDS
from xero_pipeline.queries.execution import looking
from xero_pipeline.warehouse.schema.upgrade import is_current
from xero_pipeline.warehouse.store import Warehouse

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from xero_pipeline.container import Services
    from xero_pipeline.ledger.reconcile.cause_file import GivenCause

NAME = "causes"
_SHOWN = 5


def check_causes(services: Services) -> Iterator[HealthResult]:
    """Read the file, and look for the accounts that it names.

    Args:
        services: Know the settings and the warehouse.

    Yields:
        Nothing without a file; else how many accounts it matches, and the lines that match none.

    Raises:
        ConfigurationError: The file cannot be read, or lines of it are wrong.
    """
    given = read_causes(services.settings.causes)
    if not given:
        return
    warehouse = Warehouse(services.settings.warehouse, lock_timeout_seconds=BUSY_SECONDS)
    if not warehouse.dialect.is_there():
        yield HealthResult(NAME, "ok", f"XERO_CAUSES has {len(given)} line(s); the first sync brings the accounts")
        return
    try:
        with looking(warehouse) as connection:
            if is_current(connection):
                yield from _matched(connection, given)
    except WarehouseBusy as busy:
        yield HealthResult(NAME, "warning", busy.message)


def _matched(connection: Connection, given: Sequence[GivenCause]) -> Iterator[HealthResult]:
    tenants = [row[0] for row in connection.exec_driver_sql("SELECT tenant_id FROM xero.organisations")]
    matched = {one: sum(len(accounts_of(connection, tenant, one)) for tenant in tenants) for one in given}
    yield HealthResult(NAME, "ok", f"XERO_CAUSES names the cause of {sum(matched.values())} account(s)")
    idle = [f"line {one.line} ({one.account})" for one, accounts in matched.items() if not accounts]
    if idle:
        more = f" and {len(idle) - _SHOWN} more" if len(idle) > _SHOWN else ""
        yield HealthResult(
            NAME,
            "warning",
            f"No account matches {', '.join(idle[:_SHOWN])}{more} of XERO_CAUSES",
            "Give the name, short code or tenant id of the organisation, and the code, name or id of the account.",
        )
