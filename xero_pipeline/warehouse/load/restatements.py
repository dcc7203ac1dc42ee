"""Which figures of closed months changed between two answers of a report: found before the new answer is written.

A month is closed when Xero was asked for it after it was over for the organisation, in its own time zone. Lines are
compared by what they are, never by their place: by the account's id, or, where there is none, by section and label. A
line that is not there says 0, for reports leave out accounts that say 0; so the differences of a line add up to its
last figure less its first.

Nothing here knows a report: what the columns of `restatements` and of a report's table have in common describes a
line, and every figure outside the key that is the period's own is a measure.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from xero_pipeline.warehouse.schema.catalogue import table as table_named
from xero_pipeline.warehouse.sql import literal, q, same, target
from xero_pipeline.warehouse.time_zones import beginning_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from xero_pipeline.warehouse.schema.model import Column, Table

ANSWER = ("tenant_id", "report", "basis", "period_start", "period_end")
"""What says which report an answer is: any other answer with the same values is an earlier or a later one of it."""

_FIGURES = ("money", "quantity", "rate")
_OF_ANOTHER_PERIOD = ("last_month_value", "variance_value")
"""Shown beside the period's own figure; the other period's report has it as its own."""


def measures(report: Table) -> tuple[Column, ...]:
    """The columns of a report's table that hold figures of its period."""
    own = (c for c in report.columns if c.name not in (*report.primary_key, *_OF_ANOTHER_PERIOD))
    return tuple(c for c in own if c.kind in _FIGURES)


def labels(report: Table) -> tuple[Column, ...]:
    """The columns of a report's table that say what a line is."""
    ours = table_named("restatements")
    return tuple(c for c in report.columns if ours.has(c.name) and c.name not in ANSWER)


def note_restatements(connection: Connection, report: Table, staged: str, asked: str) -> None:
    """Note what the arrived answers say differently of closed months; called before they are written.

    Args:
        connection: In the transaction that writes them.
        staged: The name of its arrived rows.
        asked: The name of the arrived answers, as rows of `report_pulls`.
    """
    ours = table_named("restatements")
    names = [column.name for column in ours.all_columns]
    ends = _ends_sql(connection, asked)
    if ends is None:
        return
    connection.exec_driver_sql(
        f"INSERT INTO {target(ours)} ({', '.join(map(q, names))}) "
        f"WITH ends AS ({ends}), closed AS ({_closed_sql(asked)}), lines AS ({_lines_sql(report, staged)}), "
        f"figures AS ({_figures_sql(report)}) "
        f"SELECT {', '.join(_told(report, name) for name in names)} "
        "FROM figures AS f JOIN closed AS c ON "
        f"{same('c', 'f', ANSWER)} WHERE f.amount_before <> f.amount_after "
        f"ON CONFLICT ({', '.join(map(q, ours.primary_key))}) DO UPDATE SET change = excluded.change, "
        "amount_after = excluded.amount_after, difference = excluded.amount_after - restatements.amount_before"
    )


def _closed_sql(asked: str) -> str:
    """The arrived answers of closed months, each with the answer before it and the lock as it was known then."""
    pulls, answer = target(table_named("report_pulls")), ", ".join(f"a.{q(name)}" for name in ANSWER)
    return (
        f"SELECT {answer}, a.fetched_at AS seen_at, p.fetched_at AS answered_at, p.checked_at AS unchanged_until, "
        "(SELECT GREATEST(o.period_lock_date, o.end_of_year_lock_date) FROM xero.organisations_history AS o "
        "WHERE o.tenant_id = a.tenant_id AND (o.valid_to IS NULL OR o.valid_to > p.checked_at) "
        "ORDER BY o.valid_from LIMIT 1) AS lock_date "
        f"FROM {asked} AS a JOIN {pulls} AS p ON {same('p', 'a', ANSWER)} "
        f"WHERE p.fetched_at = (SELECT MAX(o.fetched_at) FROM {pulls} AS o WHERE {same('o', 'p', ANSWER)}) "
        "AND p.checked_at >= (SELECT e.ended_at FROM ends AS e "
        "WHERE e.tenant_id = a.tenant_id AND e.period_end = a.period_end)"
    )


def _ends_sql(connection: Connection, asked: str) -> str | None:
    """When each period of the arrived answers was over for its organisation; None where there is no answer.

    Columns: tenant_id, period_end, ended_at.
    """
    found = connection.exec_driver_sql(
        f"SELECT a.tenant_id, a.period_end, MAX(o.timezone) FROM {asked} AS a "
        "LEFT JOIN xero.organisations AS o ON o.tenant_id = a.tenant_id AND NOT o.is_deleted "
        "GROUP BY a.tenant_id, a.period_end"
    ).all()
    rows = (
        f"SELECT {literal(tenant_id)} AS tenant_id, {literal(end)} AS period_end, "
        f"{literal(beginning_of(end + timedelta(days=1), timezone))} AS ended_at"
        for tenant_id, end, timezone in found
    )
    return " UNION ALL ".join(rows) or None


def _lines_sql(report: Table, staged: str) -> str:
    """Every figure of these answers on a row of its own: as it is stored, and as it arrived."""
    by = [name for name in ANSWER if report.has(name)]
    told = ", ".join(f"r.{q(column.name)}" for column in labels(report))
    return " UNION ALL ".join(
        f"SELECT {', '.join(f'c.{q(name)}' for name in ANSWER)}, {_line_sql(report)} AS line_key, {told}, "
        f"CAST('{measure.name}' AS TEXT) AS measure, {arrived} AS arrived, "
        f"CAST(r.{q(measure.name)} AS NUMERIC(19, 4)) AS figure "
        f"FROM {rows} AS r JOIN closed AS c ON {same('c', 'r', by)}"
        for measure in measures(report)
        for rows, arrived in ((target(report), "FALSE"), (staged, "TRUE"))
    )


def _line_sql(report: Table) -> str:
    """What makes a line the same line, as one text: ids where there are some, words where there are none."""
    names = [column.name for column in labels(report)]
    others = [name for name in names if name.endswith("_id") and name != "account_id"]
    named = [name.removesuffix("_id") for name in others]
    words = ", ".join(f"r.{q(name)}" for name in names if not name.endswith("_id") and name not in named)
    parts = [f"COALESCE(r.{q(other)}, r.{q(name)})" for other, name in zip(others, named, strict=True)]
    account = "r.account_id, " if report.has("account_id") else ""
    parts.append(f"COALESCE({account}CONCAT_WS(' / ', {words}))")
    return f"CONCAT_WS(' / ', {', '.join(parts)})"


def _figures_sql(report: Table) -> str:
    """The two figures of every line and measure."""
    by = ", ".join(map(q, (*ANSWER, "line_key", "measure")))
    now = ", ".join(
        f"COALESCE(MAX(CASE WHEN arrived THEN {q(c.name)} END), MAX({q(c.name)})) AS {q(c.name)}"
        for c in labels(report)
    )
    return (
        f"SELECT {by}, {now}, COUNT(CASE WHEN arrived THEN 1 END) AS lines_after, COUNT(*) AS lines_of_both, "
        "COALESCE(SUM(CASE WHEN NOT arrived THEN figure END), 0) AS amount_before, "
        f"COALESCE(SUM(CASE WHEN arrived THEN figure END), 0) AS amount_after FROM lines GROUP BY {by}"
    )


def _told(report: Table, name: str) -> str:
    """Where a column of `restatements` comes from."""
    known: dict[str, str] = {
        "change": "CASE f.lines_after WHEN 0 THEN 'vanished' WHEN f.lines_of_both THEN 'appeared' ELSE 'changed' END",
        "difference": "f.amount_after - f.amount_before",
        "was_locked": "COALESCE(c.lock_date >= c.period_end, FALSE)",
    }
    if name in known:
        return known[name]
    if name in ("seen_at", "answered_at", "unchanged_until", "lock_date"):
        return f"c.{q(name)}"
    figures: Sequence[str] = (*ANSWER, "line_key", "measure", "amount_before", "amount_after")
    if name in figures or any(column.name == name for column in labels(report)):
        return f"f.{q(name)}"
    return "NULL"
