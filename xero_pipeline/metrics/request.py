"""Asking for a metric of one organisation, on a day or over some months, and what currency it is in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from xero_pipeline.calendar import month_start
from xero_pipeline.metrics.definitions import metric_sql

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection

    from xero_pipeline.ageing import Ageing

_ON_A_DAY = "select cast(:tenant_id as text) as tenant_id, cast(:day as date) as as_of"
_BY_MONTH = "select cast(:tenant_id as text) as tenant_id, cast(:since as date) as since, cast(:until as date) as until"


def base_currency(connection: Connection, tenant_id: str) -> str | None:
    """What all figures of an organisation are in; None where it was never read."""
    sql = "SELECT base_currency FROM xero.organisations WHERE tenant_id = :tenant_id"
    return connection.execute(text(sql), {"tenant_id": tenant_id}).scalar()


def on_a_day(
    connection: Connection, name: str, select: str, tenant_id: str, day: date, ageing: Ageing = "days"
) -> list[tuple[Any, ...]]:
    """Rows of a metric at the close of a day.

    Args:
        connection: To the warehouse; reading is enough.
        select: What is asked of it: SQL in which `{metric}` stands for its rows.
    """
    metric = metric_sql(connection.dialect.name, name, _ON_A_DAY, ageing=ageing, every=False)
    told = {"tenant_id": tenant_id, "day": day}
    return [tuple(row) for row in connection.execute(text(select.format(metric=metric)), told)]


def by_month(
    connection: Connection, name: str, select: str, tenant_id: str, since: date, until: date
) -> list[tuple[Any, ...]]:
    """Rows of a metric that goes by month.

    Args:
        connection: To a warehouse whose ledger has been kept, unless the figures are Xero's.
        select: As for `on_a_day`.
        since: A day of the first month.
        until: A day of the last month.
    """
    metric = metric_sql(connection.dialect.name, name, _BY_MONTH, every=False)
    told = {"tenant_id": tenant_id, "since": month_start(since), "until": month_start(until)}
    return [tuple(row) for row in connection.execute(text(select.format(metric=metric)), told)]
