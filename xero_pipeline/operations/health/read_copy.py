"""The read copy of the warehouse: whether readers have the rows of now, and whether there is room for the next one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from xero_pipeline.operations.health.result import HealthResult
from xero_pipeline.warehouse.store import Warehouse

if TYPE_CHECKING:
    from xero_pipeline.container import Services

NAME = "read copy"


def check_read_copy(services: Services) -> Iterator[HealthResult]:
    """What readers open instead of the warehouse's file; nothing on PostgreSQL, where they need no copy."""
    dialect = Warehouse(services.settings.warehouse).dialect
    copy = dialect.read_copy
    if copy is None or not dialect.is_there():
        return
    moment = copy.as_of()
    if missing := copy.missing_bytes():
        behind = f"is of {moment:%Y-%m-%d %H:%M} UTC, rows have changed since, and" if moment else "is up to date, but"
        yield HealthResult(
            NAME,
            "warning",
            f"{copy.path} {behind} there is no room for the next one",
            f"Free {missing / 1e6:,.0f} MB on that disk; the next sync then makes it.",
        )
    elif not copy.path.exists():
        yield HealthResult(NAME, "ok", f"not there yet: the next sync or query makes {copy.path}")
    elif moment:
        yield HealthResult(
            NAME, "ok", f"of {moment:%Y-%m-%d %H:%M} UTC, a new one follows with the next sync: {copy.path}"
        )
    else:
        yield HealthResult(NAME, "ok", f"has the rows of now: {copy.path}")
