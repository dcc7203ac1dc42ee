"""Writing the group: all organisations that have a ledger, in one presentation currency, anew each time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xero_pipeline.calendar import month_start
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

    import pyarrow as pa
    from sqlalchemy import Connection

    from xero_pipeline.ledger.consolidation.members import GroupMember
    from xero_pipeline.ledger.consolidation.months import Beginning, MonthRates
    from xero_pipeline.ledger.consolidation.rows import Row, Rows
    from xero_pipeline.ledger.content_versions import TableContent
    from xero_pipeline.warehouse.load.merge import Dialect

WRITTEN = (*TABLES, "intercompany_contacts")
_DIGITS = 5
"""A shorter tax or company number stands for none, such as 0 or n/a."""


@dataclass(frozen=True, slots=True)
class MissingRate:
    """A month of an organisation that cannot be translated.

    Args:
        month: The month and what is missing.
    """

    tenant_id: str
    organisation: str
    month: MonthRates


@dataclass(frozen=True, slots=True)
class Consolidation:
    """What was written.

    Args:
        currency: The presentation currency; None: there is none, and nothing was written.
        begins: Its first month, and who keeps it from beginning earlier; None where nothing was written.
        organisations: How many organisations are in it.
        rows: How many rows each table has.
        missing: The months that lack a rate: their amounts are empty.
        contents: What each of `WRITTEN` holds.
        changed: Whether any of them says something else than before.
    """

    currency: str | None
    begins: Beginning | None
    organisations: int
    rows: dict[str, int]
    missing: tuple[MissingRate, ...]
    contents: Mapping[str, TableContent]
    changed: bool


def write_consolidation(
    connection: Connection, dialect: Dialect, presentation_currency: str | None, *, at: datetime
) -> Consolidation:
    """Write the tables of the group; what was there is gone.

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
    before = table_contents(connection, WRITTEN)
    for name in ("remove_intercompany_contacts", "write_intercompany_contacts"):
        SqlTemplates("consolidation", connection, None, digits=_DIGITS).run(name)
    for table in TABLES:
        connection.exec_driver_sql(f"DELETE FROM {named(table)}")
    group = organisations(connection)
    currency = presentation_currency or _in_common(group)
    rows: Rows = {table: [] for table in TABLES}
    missing: list[MissingRate] = []
    begins: Beginning | None = None
    if currency is not None and group:
        today = {one.tenant_id: day_in(one.timezone, at) for one in group}
        latest = max(today.values())
        rates = Rates(given_rates(connection), document_rates(connection, latest))
        begins = beginning(group, currency, month_start(latest), rates)
        for one in group:
            months = months_of(one, currency, begins.month, month_start(today[one.tenant_id]), rates)
            missing += [MissingRate(one.tenant_id, one.name, month) for month in months if month.problem]
            for table, found in _rows(connection, one, currency, months, today[one.tenant_id]).items():
                rows[table] += found
    for table, found in rows.items():
        if found:
            dialect.append(connection, named(table), _arrow(table, found))
    make_group_views(connection)
    counts, contents = {table: len(found) for table, found in rows.items()}, table_contents(connection, WRITTEN)
    return Consolidation(currency, begins, len(group), counts, tuple(missing), contents, changed=contents != before)


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
