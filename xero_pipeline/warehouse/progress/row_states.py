"""Whether rows changed: a version that stays as it is while nobody writes to a table, and is another after any write.

Rows that say the same keep their `synced_at`, and answers of reports that say the same their `fetched_at`. So the
newest of them and the number of rows tell, without reading the rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
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


def row_states(
    warehouse: Warehouse, tenants: Collection[str], tables: Sequence[str]
) -> dict[tuple[str, str], RowState]:
    """The rows of organisations, by organisation and table: one query, however many.

    Args:
        tables: Names of tables that have `is_deleted`.

    Raises:
        WarehouseBusy: Another process held the file all the time.
    """
    which, params = _of(tenants)
    union = " union all ".join(
        f"select tenant_id, '{name}' as name, count(case when not is_deleted then 1 end) as here, "
        "count(case when is_deleted then 1 end) as deleted, max(synced_at) as newest "
        f"from xero.{name} where {which} group by 1"
        for name in tables
    )
    found = {
        (row["tenant_id"], row["name"]): RowState(
            row["here"], row["deleted"], _version(row["newest"], row["here"], row["deleted"])
        )
        for row in warehouse.query(union, params).to_pylist()
    }
    nothing = RowState(0, 0, EMPTY)
    return {(one, name): found.get((one, name), nothing) for one in tenants for name in tables}


def aged_versions(warehouse: Warehouse, tenants: Collection[str]) -> dict[str, str]:
    """The versions of the aged reports of contacts, by organisation.

    Raises:
        WarehouseBusy: Another process held the file all the time.
    """
    which, params = _of(tenants)
    sql = (
        "select tenant_id, count(*) as here, max(synced_at) as newest from xero.aged_by_contact "
        f"where {which} group by 1"
    )
    rows = warehouse.query(sql, params).to_pylist()
    return dict.fromkeys(tenants, EMPTY) | {row["tenant_id"]: _version(row["newest"], row["here"]) for row in rows}


def report_versions(
    warehouse: Warehouse, tenants: Collection[str], table: str, basis: str, months: Collection[date]
) -> Mapping[tuple[str, date], str]:
    """The versions of a report's months that have been pulled, by organisation and first day.

    Args:
        table: Name of the report's table.
        basis: `accrual` or `cash`.
        months: First days of the months wanted, and of others between them.

    Raises:
        WarehouseBusy: Another process held the file all the time.
    """
    which, params = _of(tenants)
    sql = (
        f"select tenant_id, period_start, max(fetched_at) as newest from xero.report_pulls where {which} "
        "and report = :table and basis = :basis and period_start between :first and :last group by 1, 2"
    )
    asked = {**params, "table": table, "basis": basis, "first": min(months), "last": max(months)}
    return {
        (row["tenant_id"], row["period_start"]): _version(row["newest"])
        for row in warehouse.query(sql, asked).to_pylist()
    }


def _of(tenants: Collection[str]) -> tuple[str, dict[str, str]]:
    """A condition for organisations, and its parameters."""
    params = {f"tenant_{number}": tenant_id for number, tenant_id in enumerate(tenants)}
    return f"tenant_id in ({', '.join(f':{name}' for name in params)})", params


def _version(newest: datetime | None, *counts: int) -> str:
    if newest is None:
        return EMPTY
    return " ".join([newest.astimezone(UTC).isoformat(), *map(str, counts)])
