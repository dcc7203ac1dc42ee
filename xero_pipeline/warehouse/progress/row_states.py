"""Whether rows changed: a version that stays as it is while nobody writes to a table, and is another after any write.

Rows that say the same keep their `synced_at`, and answers of reports that say the same their `fetched_at`. So the
newest of them and the number of rows tell, without reading the rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from xero_pipeline.warehouse.store import Warehouse

EMPTY = "no rows"
"""The version of a table without any."""


@dataclass(frozen=True, slots=True)
class RowState:
    """The rows of an organisation in a table.

    Args:
        here: Those that are not marked deleted.
        deleted: Those that are.
        version: Another one after any change.
    """

    here: int
    deleted: int
    version: str


def row_states(warehouse: Warehouse, tenant_id: str, tables: Sequence[str]) -> dict[str, RowState]:
    """The rows of an organisation by table.

    Args:
        tables: Names of tables that have `is_deleted`.

    Raises:
        WarehouseBusy: Another process held the file all the time.
    """
    union = " union all ".join(
        f"select '{name}' as name, count(case when not is_deleted then 1 end) as here, "
        "count(case when is_deleted then 1 end) as deleted, max(synced_at) as newest "
        f"from xero.{name} where tenant_id = :tenant_id"
        for name in tables
    )
    return {
        row["name"]: RowState(row["here"], row["deleted"], _version(row["newest"], row["here"], row["deleted"]))
        for row in warehouse.query(union, {"tenant_id": tenant_id}).to_pylist()
    }


def aged_version(warehouse: Warehouse, tenant_id: str) -> str:
    """The version of the aged reports of an organisation's contacts.

    Raises:
        WarehouseBusy: Another process held the file all the time.
    """
    sql = "select count(*) as here, max(synced_at) as newest from xero.aged_by_contact where tenant_id = :tenant_id"
    (row,) = warehouse.query(sql, {"tenant_id": tenant_id}).to_pylist()
    return _version(row["newest"], row["here"])


def report_versions(
    warehouse: Warehouse, tenant_id: str, table: str, basis: str, months: Sequence[date]
) -> Mapping[date, str]:
    """The versions of a report's months that have been pulled, by their first days.

    Args:
        table: Name of the report's table.
        basis: `accrual` or `cash`.
        months: First days of the months wanted.

    Raises:
        WarehouseBusy: Another process held the file all the time.
    """
    sql = (
        "select period_start, max(fetched_at) as newest from xero.report_pulls where tenant_id = :tenant_id "
        "and report = :table and basis = :basis and period_start between :first and :last group by period_start"
    )
    which = {"tenant_id": tenant_id, "table": table, "basis": basis, "first": min(months), "last": max(months)}
    return {row["period_start"]: _version(row["newest"]) for row in warehouse.query(sql, which).to_pylist()}


def _version(newest: datetime | None, *counts: int) -> str:
    if newest is None:
        return EMPTY
    return " ".join([newest.astimezone(UTC).isoformat(), *map(str, counts)])
