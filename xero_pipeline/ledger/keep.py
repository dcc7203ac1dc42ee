"""Keeping an organisation's ledger: the journals of what changed are written anew, all others stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xero_pipeline.ledger.layout import make_current
from xero_pipeline.ledger.postings import LINE_COLUMNS, postings
from xero_pipeline.ledger.sources import literal, sources
from xero_pipeline.ledger.tables import named

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from xero_pipeline.warehouse.merge import Dialect


@dataclass(frozen=True, slots=True)
class Kept:
    """What keeping the ledger did.

    Args:
        documents: Documents looked at again, payments and allocations with them.
        written: Journals written.
        removed: Journals taken away, those that were written anew included.
        faults: Documents of the organisation that cannot post.
    """

    documents: int
    written: int
    removed: int
    faults: int


def post(dialect: Dialect, connection: Connection, tenant_id: str, *, at: datetime) -> Kept:
    """Bring the journals of an organisation up to its documents, inside the caller's transaction.

    Args:
        dialect: The database's ways.
        connection: In a transaction that writes.
        tenant_id: The organisation.
        at: Now, in UTC.
    """
    make_current(dialect, connection)
    dialect.lock(connection, f"ledger of {tenant_id}")
    dialect.reads_much(connection)
    tenant, name = literal(tenant_id), connection.dialect.name
    for step, query in sources(tenant, name):
        make(connection, step, query)
    documents = count(connection, "posting_dirty")
    if not documents:
        return Kept(0, 0, 0, _faults(connection, tenant))
    for step, query in postings(name):
        make(connection, step, query)
    removed = _remove(connection, tenant)
    _write(connection, tenant, at)
    return Kept(documents, count(connection, "posting_journals"), removed, _faults(connection, tenant))


def make(connection: Connection, name: str, query: str) -> None:
    """Make a temporary table; one of the same name gives way.

    Args:
        connection: In a transaction.
        name: Its name.
        query: What it is made of.
    """
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS {name}")
    connection.exec_driver_sql(f"CREATE TEMP TABLE {name} AS {query}")
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"ANALYZE {name}")


def count(connection: Connection, name: str) -> int:
    """How many rows a table has.

    Args:
        connection: To the warehouse.
        name: Its full name.
    """
    return connection.exec_driver_sql(f"SELECT COUNT(*) FROM {name}").scalar_one()


def _remove(connection: Connection, tenant: str) -> int:
    """Take the journals of the dirty documents away; those of a first ledger are none."""
    dirty = "(SELECT document_id FROM posting_dirty)"
    old = (
        f"SELECT journal_id FROM {named('journals')} WHERE tenant_id = {tenant} "
        f"AND (document_id IN {dirty} OR settled_document_id IN {dirty})"
    )
    make(connection, "posting_old", old)
    for table in ("journal_lines", "journals"):
        connection.exec_driver_sql(
            f"DELETE FROM {named(table)} WHERE tenant_id = {tenant} "
            "AND journal_id IN (SELECT journal_id FROM posting_old)"
        )
    connection.exec_driver_sql(
        f"DELETE FROM {named('documents')} WHERE tenant_id = {tenant} AND document_id IN {dirty}"
    )
    return count(connection, "posting_old")


def _write(connection: Connection, tenant: str, at: datetime) -> None:
    moment = f"CAST({literal(at.isoformat())} AS TIMESTAMP WITH TIME ZONE)"
    journal = (
        "journal_id, journal_date, source_type, source_id, source_table, document_id, settled_document_id, contact_id, "
        "number, reference, currency_code, currency_rate"
    )
    posting = "SELECT DISTINCT journal_id FROM posting_legs"
    connection.exec_driver_sql(
        f"INSERT INTO {named('journals')} (tenant_id, {journal}, posted_at) SELECT {tenant}, "
        f"{', '.join(f'j.{name.strip()}' for name in journal.split(','))}, {moment} FROM posting_journals AS j "
        f"JOIN ({posting}) AS p ON p.journal_id = j.journal_id"
    )
    line = ", ".join(LINE_COLUMNS)
    connection.exec_driver_sql(
        f"INSERT INTO {named('journal_lines')} (tenant_id, journal_id, line_number, journal_date, account_id, net_amount, "
        f"tax_amount, foreign_amount, role, source_type, source_id, contact_id, {line}) SELECT {tenant}, l.journal_id, "
        "l.line_number, j.journal_date, l.account_id, l.net, l.tax, l.foreign_net, l.role, j.source_type, j.source_id, "
        f"j.contact_id, {', '.join(f'l.{name}' for name in LINE_COLUMNS)} FROM posting_legs AS l "
        "JOIN posting_journals AS j ON j.journal_id = l.journal_id"
    )
    connection.exec_driver_sql(
        f"INSERT INTO {named('documents')} (tenant_id, document_id, source_table, posts, problem, fingerprint) "
        f"SELECT {tenant}, n.document_id, COALESCE(n.source_table, 'payments'), n.posts, f.problem, n.fingerprint "
        "FROM posting_now AS n JOIN posting_dirty AS d ON d.document_id = n.document_id "
        "LEFT JOIN (SELECT document_id, MIN(problem) AS problem FROM posting_faults GROUP BY document_id) AS f "
        "ON f.document_id = n.document_id"
    )


def _faults(connection: Connection, tenant: str) -> int:
    return count(connection, f"{named('documents')} WHERE tenant_id = {tenant} AND problem IS NOT NULL")
