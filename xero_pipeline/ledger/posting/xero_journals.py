"""Xero's own journals as the ledger, where an app may read them; what our rules make of the documents, beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xero_pipeline.ledger.sql_templates import SqlTemplates
from xero_pipeline.warehouse.sql import literal

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection


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
    queries = SqlTemplates("posting", connection, tenant_id, at=literal(at))
    queries.run("remove_xero_lines")
    queries.run("remove_xero_journals")
    queries.make("xero_journals_new")
    queries.run("write_xero_journals")
    queries.run("write_xero_lines")
    queries.run("remove_xero_differences")
    queries.run("write_xero_differences")
