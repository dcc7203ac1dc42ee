"""Writing the group: all organisations that have a ledger, in one presentation currency, where anything changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xero_pipeline.calendar import month_start
from xero_pipeline.ledger.consolidation.eliminations import Eliminations
from xero_pipeline.ledger.consolidation.inputs import KeptGroup, group_inputs, kept_group, note_inputs
from xero_pipeline.ledger.consolidation.intercompany import intercompany_documents, match
from xero_pipeline.ledger.consolidation.intercompany_rows import document_rows
from xero_pipeline.ledger.consolidation.members import (
    RETAINED,
    GroupAccount,
    accounts,
    document_rates,
    given_rates,
    movements,
    organisations,
)
from xero_pipeline.ledger.consolidation.months import beginning, months_of
from xero_pipeline.ledger.consolidation.rates import Rates
from xero_pipeline.ledger.consolidation.rows import TABLES, rows_of
from xero_pipeline.ledger.consolidation.translation import Translation
from xero_pipeline.ledger.consolidation.views import make_group_views
from xero_pipeline.ledger.content_versions import table_contents
from xero_pipeline.ledger.schema import upgrade_schema
from xero_pipeline.ledger.sql_templates import SqlTemplates
from xero_pipeline.ledger.tables import ledger_table, named
from xero_pipeline.warehouse.time_zones import day_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from decimal import Decimal

    import pyarrow as pa
    from sqlalchemy import Connection

    from xero_pipeline.ledger.consolidation.members import GroupMember
    from xero_pipeline.ledger.consolidation.months import Beginning, MonthRates
    from xero_pipeline.ledger.consolidation.rows import Row, Rows
    from xero_pipeline.ledger.content_versions import TableContent
    from xero_pipeline.warehouse.load.merge import Dialect

WRITTEN = (*TABLES, "intercompany_contacts", "intercompany_documents", "group_eliminations")
_MISSING = f"""
SELECT tenant_id, organisation, period_start, problem FROM {named("group_rates")}
WHERE problem IS NOT NULL ORDER BY organisation, tenant_id, period_start
"""
_UNMATCHED = f"""
SELECT organisation, counterpart, document_date, number, currency_code, amount, problem
FROM {named("intercompany_documents")} WHERE problem IS NOT NULL
ORDER BY document_date, number, organisation, document_id
"""
_DIGITS = 5
"""A shorter tax or company number stands for none, such as 0 or n/a."""


@dataclass(frozen=True, slots=True)
class MissingRate:
    """A month of an organisation that cannot be translated.

    Args:
        month: Its first day.
        problem: What is missing.
    """

    tenant_id: str
    organisation: str
    month: date
    problem: str


@dataclass(frozen=True, slots=True)
class UnmatchedDocument:
    """A document with an organisation of the group that is not eliminated, or not all of it.

    Args:
        problem: Why not.
    """

    organisation: str
    counterpart: str
    day: date
    number: str | None
    currency: str
    amount: Decimal
    problem: str


@dataclass(frozen=True, slots=True)
class Consolidation:
    """What was written, now or the last time.

    Args:
        currency: The presentation currency; None: there is none, and nothing was written.
        begins: Its first month, and who keeps it from beginning earlier; None where nothing was written.
        organisations: How many organisations are in it.
        missing: The months that lack a rate: their amounts are empty.
        unmatched: The documents between organisations that are not eliminated as a whole.
        contents: What each of `WRITTEN` holds.
        changed: Whether any of them says something else than before.
        was_current: Whether nothing that it is made of had changed, so that nothing was written.
    """

    currency: str | None
    begins: Beginning | None
    organisations: int
    missing: tuple[MissingRate, ...]
    unmatched: tuple[UnmatchedDocument, ...]
    contents: Mapping[str, TableContent]
    changed: bool
    was_current: bool

    @property
    def rows(self) -> dict[str, int]:
        """How many rows each table has."""
        return {name: content.rows for name, content in self.contents.items()}


def write_consolidation(
    connection: Connection, dialect: Dialect, presentation_currency: str | None, *, at: datetime
) -> Consolidation:
    """Write the tables of the group; what was there is gone.

    Where all they are made of is as it was, they are left alone.

    Args:
        connection: In a transaction that writes.
        presentation_currency: Code of the currency; None takes the one that all organisations have in common, and
            writes nothing where they have none.
        at: Now: journals of days that an organisation has not begun do not count yet.

    Raises:
        ConfigurationError: A view that somebody made of ours stands in the way of a new declaration.
    """
    upgrade_schema(dialect, connection)
    dialect.lock(connection, "the group")
    group = organisations(connection)
    today = {one.tenant_id: day_in(one.timezone, at) for one in group}
    inputs = group_inputs(connection, group, today, presentation_currency)
    currency = presentation_currency or _in_common(group)
    if kept := kept_group(connection, inputs, group):
        return _outcome(connection, group, currency, kept, changed=False, was_current=True)
    before = table_contents(connection, WRITTEN)
    for table in WRITTEN:
        connection.exec_driver_sql(f"DELETE FROM {named(table)}")
    SqlTemplates("consolidation", connection, None, digits=_DIGITS).run("write_intercompany_contacts")
    begins = None
    if currency is not None and group:
        begins, rows = _all_rows(connection, group, currency, today)
        for table, found in rows.items():
            if found:
                dialect.append(connection, named(table), _arrow(table, found))
    make_group_views(connection)
    written = KeptGroup(table_contents(connection, WRITTEN), begins)
    note_inputs(connection, inputs, written, at=at)
    return _outcome(connection, group, currency, written, changed=written.contents != before, was_current=False)


def _outcome(
    connection: Connection,
    group: Sequence[GroupMember],
    currency: str | None,
    kept: KeptGroup,
    *,
    changed: bool,
    was_current: bool,
) -> Consolidation:
    missing = tuple(MissingRate(*row) for row in connection.exec_driver_sql(_MISSING))
    unmatched = tuple(UnmatchedDocument(*row) for row in connection.exec_driver_sql(_UNMATCHED))
    return Consolidation(currency, kept.begins, len(group), missing, unmatched, kept.contents, changed, was_current)


def _all_rows(
    connection: Connection, group: Sequence[GroupMember], currency: str, today: Mapping[str, date]
) -> tuple[Beginning, Rows]:
    latest = max(today.values())
    rates = Rates(given_rates(connection), document_rates(connection, latest))
    begins = beginning(group, currency, month_start(latest), rates)
    months = {
        one.tenant_id: months_of(one, currency, begins.month, month_start(today[one.tenant_id]), rates) for one in group
    }
    rows: Rows = {table: [] for table in WRITTEN}
    for one in group:
        for table, found in _rows(connection, one, currency, months[one.tenant_id], today[one.tenant_id]).items():
            rows[table] += found
    names = {one.tenant_id: one.name for one in group}
    matches = match(intercompany_documents(connection, latest), names)
    rows["intercompany_documents"] = document_rows(matches, names)
    members = {one.tenant_id: one for one in group}
    rows["group_eliminations"] = list(Eliminations(members, months, currency).rows(matches.pairs))
    return begins, rows


def _in_common(group: Sequence[GroupMember]) -> str | None:
    currencies = {one.base_currency for one in group}
    return currencies.pop() if len(currencies) == 1 else None


def _rows(
    connection: Connection, organisation: GroupMember, currency: str, months: Sequence[MonthRates], until: date
) -> Rows:
    if not months:
        return {}
    chart = accounts(connection, organisation.tenant_id)
    no_account = GroupAccount(RETAINED, None, "Retained Earnings", "EQUITY", "EQUITY", RETAINED)
    retained = next((one for one in chart.values() if one.system_account == RETAINED), no_account)
    moved = movements(connection, organisation, until)
    return rows_of(organisation, currency, Translation(chart, retained).run(moved, months))


def _arrow(table: str, rows: Sequence[Row]) -> pa.Table:
    import pyarrow as pa

    from xero_pipeline.warehouse.schema.arrow_types import column_type

    columns = ledger_table(table).all_columns
    return pa.table({one.name: pa.array([row.get(one.name) for row in rows], column_type(one.kind)) for one in columns})
