"""The warehouse: whether it can be opened, who holds it, its layout, its open issues. Nothing in it is changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from xero_pipeline.errors import WarehouseBusy
from xero_pipeline.operations.health.result import HealthResult
from xero_pipeline.queries.execution import looking
from xero_pipeline.warehouse.load.history import HISTORY_SCHEMA
from xero_pipeline.warehouse.store import Warehouse

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from xero_pipeline.container import Services
    from xero_pipeline.operations.health.issues import Issue

BUSY_SECONDS = 1.0
"""A sync under way has the file for moments; who has it longer is worth a word."""
OLDEST_POSTGRESQL = 15
_CHECK = "warehouse"


def check_warehouse(services: Services) -> Iterator[HealthResult]:
    """Open it to read, and look.

    Raises:
        ConfigurationError: It cannot be opened.
        NewerDatabase: A newer program wrote it.
    """
    from xero_pipeline.ledger.schema import LedgerLayout
    from xero_pipeline.operations.health.issues import open_issues_in
    from xero_pipeline.warehouse.schema.upgrade import is_current

    warehouse = Warehouse(services.settings.warehouse, lock_timeout_seconds=BUSY_SECONDS)
    if not warehouse.dialect.is_there():
        yield HealthResult(_CHECK, "ok", "not there yet: the first sync makes it")
        return
    try:
        with looking(warehouse) as connection:
            yield _looked_at(connection)
            current = is_current(connection) and LedgerLayout().is_current(connection)
            issues: Mapping[str, Sequence[Issue]] = open_issues_in(connection) if current else {}
    except WarehouseBusy as busy:
        yield HealthResult(_CHECK, "warning", busy.message, "")
        return
    names = {one.tenant_id: one.name for one in services.organisations.list()}
    for tenant_id, found in issues.items():
        for issue in found:
            yield HealthResult("data", "warning", f"{names.get(tenant_id, tenant_id)}: {issue.message}", issue.remedy)


def _looked_at(connection: Connection) -> HealthResult:
    from xero_pipeline.warehouse.schema.upgrade import is_current, program, revisions

    where = connection.engine.url.render_as_string()
    if connection.dialect.name == "postgresql":
        version = int(connection.exec_driver_sql("SHOW server_version_num").scalar_one()) // 10_000
        where = f"{where}, PostgreSQL {version}"
        if version < OLDEST_POSTGRESQL:
            told = f"{where}: too old, for it has no MERGE"
            return HealthResult(_CHECK, "problem", told, f"Use PostgreSQL {OLDEST_POSTGRESQL} or later.")
    known = revisions()
    found = known.of(connection, HISTORY_SCHEMA)
    if found is not None and found > known.head:
        raise known.newer(found, program(connection))
    if found is None:
        return HealthResult(_CHECK, "ok", f"{where}: empty, the first sync makes its tables")
    current = "schema up to date" if is_current(connection) else "the next sync updates its schema"
    return HealthResult(_CHECK, "ok", f"not locked, {current}: {where}")
