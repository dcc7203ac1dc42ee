"""Keeping the ledger of an organisation: everything in schema `ledger` that is its own, in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xero_pipeline.ledger.fivetran.views import make_views
from xero_pipeline.ledger.input_state import input_state
from xero_pipeline.ledger.posting.postings import CHANGED, Posted, post_documents
from xero_pipeline.ledger.posting.xero_journals import (
    adopt_xero_journals,
    have_been_read,
    remove_what_stood_beside,
)
from xero_pipeline.ledger.reconcile.account_balances import compare_account_balances
from xero_pipeline.ledger.reconcile.account_lines import post_account_lines, remove_account_lines
from xero_pipeline.ledger.reconcile.cause_file import by_account
from xero_pipeline.ledger.reconcile.difference_dates import date_differences, remember_differences
from xero_pipeline.ledger.reconcile.tie_out import (
    compare,
    compare_cash_basis,
    post_unexplained,
    set_beside_xero,
    set_beside_xero_again,
)
from xero_pipeline.ledger.revaluation.update import post_revaluations, remove_revaluations
from xero_pipeline.ledger.schema import has_ledger, upgrade_schema
from xero_pipeline.ledger.statements.aged_tables import aged_rules
from xero_pipeline.ledger.statements.monthly_tables import write_statements
from xero_pipeline.ledger.tables import named
from xero_pipeline.spans import span
from xero_pipeline.warehouse.sql import literal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy import Connection

    from xero_pipeline.ageing import Ageing
    from xero_pipeline.ledger.reconcile.cause_file import GivenCause
    from xero_pipeline.warehouse.store import Warehouse


_NEVER_KEPT = "(SELECT CAST(NULL AS TEXT) AS tenant_id, CAST(NULL AS TIMESTAMP WITH TIME ZONE) AS kept_at WHERE FALSE)"


def update_ledger(
    warehouse: Warehouse,
    tenant_id: str,
    stale: Mapping[str, Collection[date]],
    *,
    at: datetime,
    journals: bool = False,
    causes: Iterable[GivenCause] = (),
    ageing: Ageing = "days",
) -> Posted | None:
    """Bring an organisation's ledger up to its documents and to Xero's reports: all of it, or nothing.

    Where all it is kept from is as it was, only the time is noted.

    Args:
        stale: By report first days of months: documents changed since Xero was asked for it, so it says nothing now.
        at: Now, in UTC.
        journals: Take Xero's own journals where they have been read, and compare with them what documents post.
        causes: What a person says is behind amounts that no document shows.

    Returns:
        What posting did; None where nothing was done, for the organisation was never read.

    Raises:
        ConfigurationError: The warehouse does not know when its financial year ends; or a view of somebody's stands on
            one of ours that has to change.
        WarehouseBusy: Another process held the file all the time.
    """
    dialect = warehouse.dialect
    with span("ledger", organisation=tenant_id), warehouse.writing() as connection:
        upgrade_schema(dialect, connection)
        if not _is_read(connection, tenant_id):
            return None
        dialect.lock(connection, f"ledger of {tenant_id}")
        real = journals and have_been_read(connection, tenant_id)
        named_causes = by_account(connection, tenant_id, causes)
        months = {report: sorted(found) for report, found in sorted(stale.items()) if found}
        inputs = input_state(connection, tenant_id, months, sorted(named_causes.items()), real, ageing)
        faults = _faults_kept_from(connection, tenant_id, inputs)
        if faults is not None:
            posted = Posted(documents=0, written=0, removed=0, faults=faults, was_current=True)
            _note_time(connection, tenant_id, at)
            return posted
        dialect.reads_much(connection)
        warehouse.rows_changed()
        posted = post_documents(connection, tenant_id, at=at, beside=real)
        if real:
            adopt_xero_journals(connection, tenant_id, at=at)
        else:
            remove_what_stood_beside(connection, tenant_id)
        remove_revaluations(connection, tenant_id)
        remove_account_lines(connection, tenant_id)
        set_beside_xero(connection, tenant_id, stale)
        if post_revaluations(connection, dialect, tenant_id, at=at, journals=real):
            set_beside_xero_again(connection, tenant_id)
        if post_account_lines(connection, dialect, tenant_id, at=at):
            set_beside_xero_again(connection, tenant_id)
        post_unexplained(connection, tenant_id, at=at, named=named_causes)
        aged = aged_rules(connection.dialect.name, ageing)
        changed = CHANGED if _was_aged(connection, tenant_id, aged) else None
        write_statements(connection, dialect, tenant_id, ageing=ageing, changed=changed)
        remember_differences(connection, tenant_id)
        compare(connection, tenant_id, stale)
        compare_cash_basis(connection, tenant_id, stale)
        compare_account_balances(connection, tenant_id, stale)
        date_differences(connection, tenant_id, at=at)
        make_views(connection, dialect, tenant_id)
        _note(connection, tenant_id, posted, inputs, aged, at)
    return posted


def stale_ledgers(warehouse: Warehouse, tenants: Sequence[str]) -> set[str]:
    """The organisations whose documents or reports were read since their ledger was last kept; none without its record.

    Args:
        tenants: Which organisations to look at.

    Raises:
        WarehouseBusy: Another process held the file all the time.
    """
    with warehouse.reading() as connection:
        return behind(connection) & set(tenants)


def behind(connection: Connection) -> set[str]:
    """The organisations whose documents or reports were read since their ledger was last kept, if it ever was.

    Args:
        connection: To the warehouse; reading is enough.
    """
    kept = named("kept") if has_ledger(connection) else _NEVER_KEPT
    rows = connection.exec_driver_sql(
        "SELECT r.tenant_id FROM (SELECT tenant_id, MAX(read_at) AS read_at FROM ("
        "SELECT tenant_id, complete_at AS read_at FROM xero.cursors UNION ALL "
        "SELECT tenant_id, checked_at FROM xero.report_pulls) AS reads GROUP BY tenant_id) AS r "
        f"LEFT JOIN {kept} AS k ON k.tenant_id = r.tenant_id WHERE (k.kept_at IS NULL OR k.kept_at < r.read_at) "
        "AND r.tenant_id IN (SELECT tenant_id FROM xero.organisations WHERE NOT is_deleted)"
    )
    return {row[0] for row in rows}


def _is_read(connection: Connection, tenant_id: str) -> bool:
    sql = f"SELECT COUNT(*) > 0 FROM xero.organisations WHERE tenant_id = {literal(tenant_id)} AND NOT is_deleted"
    return connection.exec_driver_sql(sql).scalar_one()


def _faults_kept_from(connection: Connection, tenant_id: str, inputs: str) -> int | None:
    """How many documents could not post, where the ledger was kept from just these inputs; else None."""
    sql = f"SELECT faults FROM {named('kept')} WHERE tenant_id = {literal(tenant_id)} AND inputs = {literal(inputs)}"
    return connection.exec_driver_sql(sql).scalar_one_or_none()


def _was_aged(connection: Connection, tenant_id: str, aged: str) -> bool:
    sql = f"SELECT COUNT(*) > 0 FROM {named('kept')} WHERE tenant_id = {literal(tenant_id)} AND aged = {literal(aged)}"
    return connection.exec_driver_sql(sql).scalar_one()


def _note_time(connection: Connection, tenant_id: str, at: datetime) -> None:
    connection.exec_driver_sql(
        f"UPDATE {named('kept')} SET kept_at = {literal(at)} WHERE tenant_id = {literal(tenant_id)}"
    )


def _note(connection: Connection, tenant_id: str, posted: Posted, inputs: str, aged: str, at: datetime) -> None:
    tenant, kept = literal(tenant_id), named("kept")
    connection.exec_driver_sql(f"DELETE FROM {kept} WHERE tenant_id = {tenant}")
    connection.exec_driver_sql(
        f"INSERT INTO {kept} (tenant_id, kept_at, journals, faults, inputs, aged) SELECT {tenant}, {literal(at)}, "
        f"COUNT(*), {posted.faults}, {literal(inputs)}, {literal(aged)} FROM {named('journals')} "
        f"WHERE tenant_id = {tenant}"
    )
