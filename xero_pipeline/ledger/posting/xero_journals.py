"""Xero's own journals as the ledger, where an app may read them; what our rules make of the documents, beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xero_pipeline.ledger.posting.postings import SETTLED
from xero_pipeline.ledger.sql_templates import SqlTemplates
from xero_pipeline.ledger.tables import named
from xero_pipeline.warehouse.sql import carry_out, literal

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

_BESIDE = ("derived_journals", "derived_journal_lines", "journal_differences")
"""What stands beside Xero's journals."""


def have_been_read(connection: Connection, tenant_id: str) -> bool:
    """Whether all journals of an organisation have been read once."""
    sql = f"SELECT COUNT(*) FROM xero.cursors WHERE endpoint = 'journals' AND tenant_id = {literal(tenant_id)}"
    return connection.exec_driver_sql(sql).scalar_one() > 0


def adopt_xero_journals(connection: Connection, tenant_id: str, *, at: datetime) -> None:
    """Make Xero's journals the ledger's, and note where our own posting says something else.

    Args:
        connection: In the transaction that posted the documents beside them.
        at: Now, in UTC.
    """
    queries = SqlTemplates("posting", connection, tenant_id, at=literal(at), settled=SETTLED)
    queries.make("xero_sources")
    queries.make("xero_journals_due")
    queries.make("xero_journals_gone")
    queries.run("remove_xero_lines")
    queries.run("remove_xero_journals")
    queries.run("write_xero_journals")
    queries.run("write_xero_lines")
    queries.run("remove_xero_differences")
    queries.run("write_xero_differences")


def remove_what_stood_beside(connection: Connection, tenant_id: str) -> None:
    """The documents are the ledger: nothing of a time when Xero's journals were it counts any more.

    Args:
        connection: In a transaction that writes.
    """
    for table in _BESIDE:
        carry_out(connection, f"DELETE FROM {named(table)} WHERE tenant_id = {literal(tenant_id)}")
