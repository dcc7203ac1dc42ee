"""What the file of named causes (XERO_CAUSES) matches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from xero_pipeline.errors import WarehouseBusy
from xero_pipeline.health.finding import Finding
from xero_pipeline.health.warehouse import BUSY_SECONDS
from xero_pipeline.ledger.given_causes import accounts_of, read_causes
from xero_pipeline.queries.asking import looking
from xero_pipeline.warehouse.schema.upgrade import is_current
from xero_pipeline.warehouse.store import Warehouse

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from xero_pipeline.ledger.given_causes import GivenCause
    from xero_pipeline.parts import Parts

NAME = "causes"
_SHOWN = 5


def check_causes(parts: Parts) -> Iterator[Finding]:
    """Read the file, and look for the accounts that it names.

    Args:
        parts: Know the settings and the warehouse.

    Yields:
        Nothing without a file; else how many accounts it matches, and the lines that match none.

    Raises:
        ConfigurationError: The file cannot be read, or lines of it are wrong.
    """
    given = read_causes(parts.settings.causes)
    if not given:
        return
    warehouse = Warehouse(parts.settings.warehouse, lock_timeout_seconds=BUSY_SECONDS)
    if not warehouse.dialect.is_there():
        yield Finding(NAME, "ok", f"XERO_CAUSES has {len(given)} line(s); the first sync brings the accounts")
        return
    try:
        with looking(warehouse) as connection:
            if is_current(connection):
                yield from _matched(connection, given)
    except WarehouseBusy as busy:
        yield Finding(NAME, "warning", busy.message)


def _matched(connection: Connection, given: Sequence[GivenCause]) -> Iterator[Finding]:
    tenants = [row[0] for row in connection.exec_driver_sql("SELECT tenant_id FROM xero.organisations")]
    matched = {one: sum(len(accounts_of(connection, tenant, one)) for tenant in tenants) for one in given}
    yield Finding(NAME, "ok", f"XERO_CAUSES names the cause of {sum(matched.values())} account(s)")
    idle = [f"line {one.line} ({one.account})" for one, accounts in matched.items() if not accounts]
    if idle:
        more = f" and {len(idle) - _SHOWN} more" if len(idle) > _SHOWN else ""
        yield Finding(
            NAME,
            "warning",
            f"No account matches {', '.join(idle[:_SHOWN])}{more} of XERO_CAUSES",
            "Give the name, short code or tenant id of the organisation, and the code, name or id of the account.",
        )
