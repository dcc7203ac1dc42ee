"""What the group file (XERO_GROUP_FILE) names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from xero_pipeline.errors import WarehouseBusy
from xero_pipeline.ledger.consolidation.composition import composition
from xero_pipeline.ledger.consolidation.group_file import GroupFile, read_group_file
from xero_pipeline.ledger.schema import has_ledger
from xero_pipeline.operations.health.result import HealthResult
from xero_pipeline.operations.health.warehouse import BUSY_SECONDS
from xero_pipeline.queries.execution import looking
from xero_pipeline.warehouse.schema.upgrade import is_current
from xero_pipeline.warehouse.store import Warehouse

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from xero_pipeline.container import Services

NAME = "group file"


def check_group_file(services: Services) -> Iterator[HealthResult]:
    """Read the file, and look for the organisations that it names.

    Args:
        services: Know the settings and the warehouse.

    Yields:
        Nothing without a file; else how many organisations the group has, and those that have no ledger.

    Raises:
        ConfigurationError: The file cannot be read, or is wrong.
    """
    if services.settings.group_file is None:
        return
    file = read_group_file(services.settings.group_file)
    warehouse = Warehouse(services.settings.warehouse, lock_timeout_seconds=BUSY_SECONDS)
    if not warehouse.dialect.is_there():
        yield HealthResult(NAME, "ok", "XERO_GROUP_FILE can be read; the first sync brings the organisations")
        return
    try:
        with looking(warehouse) as connection:
            if is_current(connection) and has_ledger(connection):
                yield from _named(connection, file)
    except WarehouseBusy as busy:
        yield HealthResult(NAME, "warning", busy.message)


def _named(connection: Connection, file: GroupFile) -> Iterator[HealthResult]:
    found = composition(connection, file)
    yield HealthResult(NAME, "ok", f"XERO_GROUP_FILE makes a group of {len(found.members)} organisation(s)")
    if found.absent:
        yield HealthResult(
            NAME,
            "warning",
            f"No organisation that has a ledger is called {', '.join(found.absent)}, as XERO_GROUP_FILE says",
            "Give its name, short code or tenant id, as `xero-pipeline status` shows it, or sync it first.",
        )
