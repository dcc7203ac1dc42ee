"""Asking the checks of one organisation, where its books, a check or the day have changed."""

from __future__ import annotations

import datetime as dt
import json
from contextlib import closing
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from xero_pipeline.checks.catalogue import KEY, TENANT, TODAY
from xero_pipeline.checks.results import Answer, Results
from xero_pipeline.ledger.tables import named
from xero_pipeline.queries.sql_statement import given
from xero_pipeline.warehouse.time_zones import day_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from xero_pipeline.checks.catalogue import BooksCheck
    from xero_pipeline.warehouse.store import Warehouse

MOST = 1000
"""Findings that are kept of a check; the others are counted."""
_COUNTED_AT_ONCE = 5000
_BOOKS = f"""
select o.timezone, k.inputs, s.check_name, s.state from xero.organisations as o
join {named("kept")} as k on k.tenant_id = o.tenant_id
left join xero.check_states as s on s.tenant_id = o.tenant_id
where o.tenant_id = :tenant_id and not o.is_deleted and k.inputs is not null
"""


def ask_checks(
    warehouse: Warehouse, tenant_id: str, checks: Sequence[BooksCheck], *, at: dt.datetime, every: bool = False
) -> int:
    """Ask those checks whose answer may have changed since it was kept, and keep it.

    While nothing else changes, another day is only looked at once a week. A check that cannot be asked keeps what it
    found before, with the reason beside; it stops no other.

    Args:
        checks: All there are: what others found is forgotten.
        at: Now, in UTC.
        every: Ask all of them, whatever has changed.

    Returns:
        How many were asked; none before there is a ledger of the organisation.

    Raises:
        WarehouseBusy: Another process held the file all the time.
    """
    with warehouse.reading() as connection:
        rows = connection.execute(text(_BOOKS), {"tenant_id": tenant_id}).all()
    if not rows:
        return 0
    states = {row.check_name: row.state for row in rows if row.check_name}
    today = day_in(rows[0].timezone, at)
    wanted = {check.name: _state(check, rows[0].inputs, today) for check in checks}
    due = [check for check in checks if every or states.get(check.name) != wanted[check.name]]
    gone = states.keys() - wanted.keys()
    if not due and not gone:
        return 0
    answers = dict(answers_of(warehouse, due, {TENANT: tenant_id, TODAY: today}))
    with warehouse.writing() as connection:
        warehouse.dialect.lock(connection, f"findings of {tenant_id}")
        results = Results(connection, tenant_id)
        forgotten = results.forget(gone)
        if results.keep(answers, {name: wanted[name] for name in answers}, at) or forgotten:
            warehouse.rows_changed()
    return len(due)


def _state(check: BooksCheck, books: str, today: dt.date) -> str:
    monday = today - dt.timedelta(days=today.weekday())
    told = (books, check.version, monday if check.asks_for_the_day else None)
    return sha256(repr(told).encode()).hexdigest()


def answers_of(
    warehouse: Warehouse, checks: Sequence[BooksCheck], values: Mapping[str, object]
) -> Iterator[tuple[str, Answer]]:
    """What checks say, each by its name; nothing is kept.

    Args:
        values: Of all parameters that a check may have.
    """
    waiting = list(checks)
    while waiting:
        with warehouse.reading() as connection:
            while waiting:
                check = waiting.pop(0)
                answer = _answer(warehouse, connection, check, values)
                yield check.name, answer
                if answer.problem:
                    break  # a transaction in which a statement failed may be of no more use


def _answer(warehouse: Warehouse, connection: Connection, check: BooksCheck, values: Mapping[str, object]) -> Answer:
    asked = {name: values[name] for name in check.statement.parameters}
    try:
        stream = warehouse.dialect.stream(
            connection, check.statement.sql, given(check.statement, asked), _COUNTED_AT_ONCE
        )
        with closing(stream):
            if KEY not in stream.names:
                return Answer({}, 0, f"It has no column {KEY}")
            return _taken(batch.to_pylist() for batch in stream.batches)
    except Exception as error:
        told = warehouse.dialect.refusal(error)
        if told is None:
            raise
        return Answer({}, 0, f"The database refuses it: {' '.join(told.split())}")


def _taken(batches: Iterator[list[dict[str, Any]]]) -> Answer:
    findings: dict[str, str] = {}
    found = 0
    for rows in batches:
        for row in rows:
            key, found = row.pop(KEY), found + 1
            if key is None or str(key) in findings:
                return Answer({}, 0, f"Each row needs a {KEY} of its own, which “{_told(key)}” is not")
            if len(findings) < MOST:
                findings[str(key)] = json.dumps({name: _told(value) for name, value in row.items()}, ensure_ascii=False)
    return Answer(findings, found)


def _told(value: object) -> str:
    """A value as text, the same whichever database said it."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case Decimal():
            digits = -int(value.normalize().as_tuple().exponent)
            return f"{value:,.{max(digits, 2)}f}"
        case dt.datetime():
            return f"{value.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC" if value.tzinfo else f"{value:%Y-%m-%d %H:%M}"
        case _:
            return str(value)
