"""Which answer of a report is the newest, and when Xero last said the same again."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from sqlalchemy import Connection

_NEWEST = """
SELECT tenant_id, period_start, fetched_at, digest FROM (
    SELECT tenant_id, period_start, fetched_at, digest,
        ROW_NUMBER() OVER (PARTITION BY tenant_id, period_start ORDER BY fetched_at DESC) AS place
    FROM xero.report_pulls
    WHERE report = :report AND basis = :basis AND period_start BETWEEN :first AND :last AND tenant_id IN ({tenants})
) AS pulls WHERE place = 1
"""
_LAST = """
SELECT report, basis, MAX(period_start) AS month, MAX(checked_at) AS checked_at FROM xero.report_pulls
WHERE tenant_id = :tenant_id GROUP BY report, basis
"""
_CHECKED = """
UPDATE xero.report_pulls AS t SET checked_at = c.checked_at FROM (VALUES {rows}) AS c (
    tenant_id, period_start, fetched_at, checked_at
) WHERE t.tenant_id = c.tenant_id AND t.report = :report AND t.basis = :basis
    AND t.period_start = c.period_start AND t.fetched_at = c.fetched_at AND NOT EXISTS (
        SELECT 1 FROM xero.report_pulls AS o WHERE o.tenant_id = t.tenant_id AND o.report = t.report
        AND o.basis = t.basis AND o.period_start = t.period_start AND o.fetched_at > t.fetched_at
    )
"""
_FORGET = "UPDATE xero.report_pulls SET digest = NULL WHERE tenant_id = :tenant_id AND report = :report"
_ROW = (
    "(:tenant_id_{n}, CAST(:period_start_{n} AS DATE), CAST(:fetched_at_{n} AS TIMESTAMP WITH TIME ZONE), "
    "CAST(:checked_at_{n} AS TIMESTAMP WITH TIME ZONE))"
)
_AT_ONCE = 200
"""Months a statement."""


class Checked(NamedTuple):
    """A month of a report of which Xero said the same again.

    Args:
        fetched_at: When it first said so.
        checked_at: When it was asked now.
    """

    tenant_id: str
    period_start: date
    fetched_at: datetime
    checked_at: datetime


def newest_pulls(
    connection: Connection, report: str, basis: str, tenants: Sequence[str], months: Collection[date]
) -> Iterator[tuple[str, date, datetime, str | None]]:
    """The newest answers of a report: organisation, first day, when it was fetched, and the digest of its rows.

    Args:
        report: Name of its table.
        months: First days of those wanted, and of others between them.
    """
    if not tenants or not months:
        return
    params = {f"tenant_{n}": one for n, one in enumerate(tenants)}
    sql = text(_NEWEST.format(tenants=", ".join(f":{name}" for name in params)))
    asked = {"report": report, "basis": basis, "first": min(months), "last": max(months)}
    for row in connection.execute(sql, {**params, **asked}):
        yield row.tenant_id, row.period_start, row.fetched_at.astimezone(UTC), row.digest


def last_checks(connection: Connection, tenant_id: str) -> dict[tuple[str, str], tuple[date, datetime]]:
    """Of every report of an organisation the last month it was pulled of, and when Xero was last asked for any.

    Returns:
        By the name of the table and the basis.
    """
    found = connection.execute(text(_LAST), {"tenant_id": tenant_id})
    return {(row.report, row.basis): (row.month, row.checked_at.astimezone(UTC)) for row in found}


def note_checked(connection: Connection, report: str, basis: str, checked: Sequence[Checked]) -> None:
    """Note when months were asked for of which Xero said the same again.

    Where somebody else has brought a newer answer meanwhile, nothing is noted: the month stays as due as it was.

    Args:
        report: Name of its table.
    """
    for start in range(0, len(checked), _AT_ONCE):
        part = checked[start : start + _AT_ONCE]
        values = {f"{name}_{n}": value for n, one in enumerate(part) for name, value in one._asdict().items()}
        rows = ", ".join(_ROW.format(n=n) for n in range(len(part)))
        connection.execute(text(_CHECKED.format(rows=rows)), {**values, "report": report, "basis": basis})


def forget_digests(connection: Connection, tenant_id: str, report: str) -> None:
    """Let the next answers be merged, whatever they say: somebody may have changed the rows by hand.

    Args:
        report: Name of its table.
    """
    connection.execute(text(_FORGET), {"tenant_id": tenant_id, "report": report})
