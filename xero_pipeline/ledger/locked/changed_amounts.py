"""What changed documents post in locked months, and did before: noted in the transaction that writes the ledger.

A month is locked as far as the lock date reached that was known when the ledger was kept last: what people finish
before they lock it is no change of a locked month. Nothing is noted of a first ledger, or where the rules changed and
not the document. A document that comes late into the warehouse (a backfill, a collection that became readable) is none
either: what posted nothing before counts only if Xero changed its record since the lock is known. Since the day before
the ledger was kept last is late enough, for a record may have changed between its reading and the ledger.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from xero_pipeline.ledger.locked.lock_dates import lock_known_at
from xero_pipeline.ledger.sql_templates import SqlTemplates
from xero_pipeline.ledger.tables import named
from xero_pipeline.warehouse.sql import literal

if TYPE_CHECKING:
    from sqlalchemy import Connection

_MARGIN = timedelta(days=1)
"""How long before the ledger was kept a record was read at the earliest that it was kept from."""
_RECORDS = (
    ("invoices", "invoice_id", "updated_date_utc"),
    ("credit_notes", "credit_note_id", "updated_date_utc"),
    ("bank_transactions", "bank_transaction_id", "updated_date_utc"),
    ("bank_transfers", "bank_transfer_id", "created_date_utc"),
    ("prepayments", "prepayment_id", "updated_date_utc"),
    ("overpayments", "overpayment_id", "updated_date_utc"),
    ("manual_journals", "manual_journal_id", "updated_date_utc"),
    ("payments", "payment_id", "updated_date_utc"),
    ("pay_runs", "pay_run_id", "COALESCE(updated_date_utc, posted_date_time)"),
)
"""The tables of what posts, the ids there, and when Xero changed a record last, as far as it says."""


def note_changed_amounts(connection: Connection, tenant_id: str, *, at: datetime, journals: str, lines: str) -> None:
    """Note what changes in locked months; called when it is known what documents post, and nothing is removed yet.

    Args:
        connection: In the transaction that writes the journals; has the temporary tables of `posting/`.
        at: Now, in UTC.
        journals: The table that is about to be written.
        lines: That of their lines.
    """
    kept_at = _kept_at(connection, tenant_id)
    if kept_at is None:
        return
    lock = lock_known_at(connection, tenant_id, kept_at)
    if lock is None and not _was_noted(connection, tenant_id):
        return
    told = {
        "journals": journals,
        "lines": lines,
        "at": literal(at),
        "kept_at": literal(kept_at),
        "lock_date": f"CAST({literal(lock.lock_date if lock else None)} AS DATE)",
        "since": literal(max(kept_at - _MARGIN, lock.since.astimezone(UTC) if lock else kept_at - _MARGIN)),
        "records": _RECORDS,
    }
    queries = SqlTemplates("locked", connection, tenant_id, **told)
    for table in ("locked_journals", "locked_amounts"):
        queries.make(table)
        if not queries.count(table):
            return
    queries.make("locked_records")
    queries.run("write_locked_changes")


def _kept_at(connection: Connection, tenant_id: str) -> datetime | None:
    sql = f"SELECT kept_at FROM {named('kept')} WHERE tenant_id = {literal(tenant_id)}"
    found = connection.exec_driver_sql(sql).scalar_one_or_none()
    return found.astimezone(UTC) if found else None


def _was_noted(connection: Connection, tenant_id: str) -> bool:
    sql = f"SELECT COUNT(*) > 0 FROM xero.locked_document_changes WHERE tenant_id = {literal(tenant_id)}"
    return connection.exec_driver_sql(sql).scalar_one()
