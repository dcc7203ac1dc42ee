"""Keeping the ledger of an organisation: everything in schema `ledger` that is its own, in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xero_pipeline.ledger.layout import make_current
from xero_pipeline.ledger.postings import Posted, post_documents
from xero_pipeline.ledger.tie_out import tie_out

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date, datetime

    from xero_pipeline.warehouse.store import Warehouse


def keep_ledger(warehouse: Warehouse, tenant_id: str, stale: Mapping[str, Collection[date]], *, at: datetime) -> Posted:
    """Bring an organisation's ledger up to its documents and to Xero's reports: all of it, or nothing.

    Args:
        warehouse: Holds both.
        tenant_id: The organisation.
        stale: By report first days of months: documents changed since Xero was asked for it, so it says nothing now.
        at: Now, in UTC.

    Raises:
        WarehouseBusy: Another process held the file all the time.
    """
    dialect = warehouse.dialect
    with warehouse.writing() as connection:
        make_current(dialect, connection)
        dialect.lock(connection, f"ledger of {tenant_id}")
        dialect.reads_much(connection)
        posted = post_documents(connection, tenant_id, at=at)
        tie_out(connection, tenant_id, stale, at=at)
    return posted
