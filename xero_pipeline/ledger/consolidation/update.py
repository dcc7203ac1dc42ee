"""Writing the group: all organisations that have a ledger, in one presentation currency, where anything changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xero_pipeline.calendar import month_start
from xero_pipeline.ledger.consolidation.balances import write_balances
from xero_pipeline.ledger.consolidation.composition import composition
from xero_pipeline.ledger.consolidation.eliminations import Eliminations
from xero_pipeline.ledger.consolidation.group_accounts import AccountMapping, journal_rows
from xero_pipeline.ledger.consolidation.group_file import GroupFile
from xero_pipeline.ledger.consolidation.inputs import KeptGroup, group_inputs, kept_group, note_inputs
from xero_pipeline.ledger.consolidation.intercompany import intercompany_documents, match
from xero_pipeline.ledger.consolidation.intercompany_rows import document_rows
from xero_pipeline.ledger.consolidation.members import accounts, document_rates, given_rates, movements, retained_of
from xero_pipeline.ledger.consolidation.months import beginning, months_of
from xero_pipeline.ledger.consolidation.outcome import outcome
from xero_pipeline.ledger.consolidation.rates import Rates
from xero_pipeline.ledger.consolidation.rows import TABLES, rows_of
from xero_pipeline.ledger.consolidation.translation import Translation
from xero_pipeline.ledger.consolidation.views import make_group_views
from xero_pipeline.ledger.content_versions import table_contents
from xero_pipeline.ledger.schema import upgrade_schema
from xero_pipeline.ledger.sql_templates import SqlTemplates
from xero_pipeline.ledger.tables import arrow_rows, named
from xero_pipeline.warehouse.time_zones import day_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy import Connection

    from xero_pipeline.ledger.consolidation.composition import Composition
    from xero_pipeline.ledger.consolidation.members import GroupMember
    from xero_pipeline.ledger.consolidation.months import Beginning, MonthRates
    from xero_pipeline.ledger.consolidation.outcome import Consolidation
    from xero_pipeline.ledger.consolidation.rows import Rows
    from xero_pipeline.warehouse.load.merge import Dialect

WRITTEN = (
    *TABLES,
    "intercompany_contacts",
    "intercompany_documents",
    "group_accounts",
    "group_eliminations",
    "group_journals",
    "group_balances",
)
_DIGITS = 5
"""A shorter tax or company number stands for none, such as 0 or n/a."""


def write_consolidation(
    connection: Connection,
    dialect: Dialect,
    presentation_currency: str | None,
    file: GroupFile | None = None,
    *,
    at: datetime,
) -> Consolidation:
    """Write the tables of the group; what was there is gone.

    Where all they are made of is as it was, they are left alone.

    Args:
        connection: In a transaction that writes.
        presentation_currency: Code of the currency; None takes the one that all organisations have in common, and
            writes nothing where they have none.
        file: What a person says of the group; None: all organisations, wholly owned.
        at: Now. The day is that of the organisation where it is the latest, for all of them: on the first of a month
            each has a balance in it, and what two of them owe each other counts on both sides from the same day.

    Raises:
        ConfigurationError: The file does not fit the organisations; or a view that somebody made of ours stands in the
            way of a new declaration.
    """
    upgrade_schema(dialect, connection)
    dialect.lock(connection, "the group")
    file = file or GroupFile()
    group = composition(connection, file)
    today = max((day_in(one.timezone, at) for one in group.members), default=at.date())
    inputs = group_inputs(connection, group.members, today, presentation_currency, file)
    currency = presentation_currency or _in_common(group.members)
    make_group_views(connection)  # which a copied warehouse does not have, though nothing changed
    told: Any = {"currency": currency, "organisations": len(group.members), "absent": group.absent}
    if kept := kept_group(connection, inputs, group.members):
        return outcome(connection, kept, **told, changed=False, was_current=True)
    before = table_contents(connection, WRITTEN)
    for table in WRITTEN:
        connection.exec_driver_sql(f"DELETE FROM {named(table)}")
    members = [one.tenant_id for one in group.members]
    SqlTemplates("consolidation", connection, None, digits=_DIGITS, members=members).run("write_intercompany_contacts")
    begins = None
    if currency is not None and members:
        begins = _write_rows(connection, dialect, group, file, currency, today)
    written = KeptGroup(table_contents(connection, WRITTEN), begins)
    note_inputs(connection, inputs, written, at=at)
    return outcome(connection, written, **told, changed=written.contents != before, was_current=False)


def _write_rows(
    connection: Connection,
    dialect: Dialect,
    group: Composition,
    file: GroupFile,
    currency: str,
    today: date,
) -> Beginning:
    last = month_start(today)
    rates = Rates(given_rates(connection), document_rates(connection, today))
    begins = beginning(group.members, currency, last, rates)
    months = {one.tenant_id: months_of(one, currency, begins.month, last, rates) for one in group.members}
    rows = _member_rows(connection, group, file, currency, months, today)
    matches = match(intercompany_documents(connection, today), {one.tenant_id: one.name for one in group.members})
    rows["intercompany_documents"] = document_rows(matches, {one.tenant_id: one.name for one in group.members})
    members = {one.tenant_id: one for one in group.members}
    rows["group_eliminations"] = list(Eliminations(members, months, currency).rows(matches.pairs))
    for table, found in rows.items():
        if found:
            dialect.append(connection, named(table), arrow_rows(table, found))
    every = [month for found in months.values() for month in found]
    write_balances(connection, every, group.leading, group.minorities, currency)
    return begins


def _member_rows(
    connection: Connection,
    group: Composition,
    file: GroupFile,
    currency: str,
    months: Mapping[str, Sequence[MonthRates]],
    today: date,
) -> Rows:
    """The rows of every organisation, and those of the group's own journals."""
    rows: Rows = {table: [] for table in WRITTEN}
    mapping = AccountMapping(file, group.tenants)
    for one in group.members:
        chart = accounts(connection, one.tenant_id)
        rows["group_accounts"] += mapping.rows(one, chart)
        if months[one.tenant_id]:
            moved = movements(connection, one, today)
            translated = Translation(chart, retained_of(chart)).run(moved, months[one.tenant_id])
            for table, found in rows_of(one, currency, translated).items():
                rows[table] += found
    rows["group_journals"] = list(journal_rows(file, mapping, currency))
    return rows


def _in_common(group: Sequence[GroupMember]) -> str | None:
    currencies = {one.base_currency for one in group}
    return currencies.pop() if len(currencies) == 1 else None
