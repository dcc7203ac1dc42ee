"""Documents found by number or id, and the journal lines of each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xero_pipeline.ledger.schema import has_ledger
from xero_pipeline.ledger.tables import named
from xero_pipeline.warehouse.organisation_names import NAMED
from xero_pipeline.warehouse.sql import among, literal

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class TracedDocument:
    """A document of the ledger.

    Args:
        source_table: Where it is, in schema xero.
        number: Its number, if it has one; of a payment that of what it pays.
        date: The day it posts on; None while it posts nothing.
    """

    tenant_id: str
    organisation: str
    document_id: str
    source_table: str
    number: str | None
    date: date | None
    contact: str | None

    @property
    def words(self) -> str:
        """What tells it from others of the same number."""
        told = (f"{self.date or ''}", self.source_table.replace("_", " "), self.contact or "", self.organisation)
        return f"{', '.join(filter(None, told))} ({self.document_id})"


@dataclass(frozen=True, slots=True)
class TracedLine:
    """A journal line of a document, of its payments or of its allocations.

    Args:
        account: Its code and name.
        net_amount: In base currency, debit positive.
    """

    journal_date: date
    source_type: str
    source_id: str | None
    account_id: str | None
    account: str
    description: str | None
    net_amount: Decimal


def documents_called(connection: Connection, tenants: Collection[str], wanted: str) -> list[TracedDocument]:
    """The documents of a number or an id; the id of an allocation is that of its credit.

    Args:
        connection: To the warehouse; reading is enough.
        tenants: Of which organisations.
    """
    if not has_ledger(connection) or not tenants:
        return []
    mine, asked = f"tenant_id IN {among(tenants)}", literal(wanted)
    rows = connection.exec_driver_sql(
        f"SELECT DISTINCT w.tenant_id, COALESCE(n.name, w.tenant_id) AS organisation, w.document_id, "
        f"COALESCE(j.source_table, d.source_table, w.source_table) AS source_table, j.number, j.journal_date, c.name "
        "FROM ("
        # A payment is a document of its own; what it pays has the number.
        f"SELECT tenant_id, CASE WHEN source_table = 'payments' AND journal_id = {asked} THEN journal_id "
        f"ELSE document_id END AS document_id, CAST(NULL AS TEXT) AS source_table FROM {named('journals')} "
        f"WHERE {mine} AND (document_id = {asked} OR journal_id = {asked} OR LOWER(number) = LOWER({asked})) "
        f"UNION SELECT tenant_id, document_id, NULL FROM {named('documents')} WHERE {mine} AND document_id = {asked} "
        f"UNION SELECT tenant_id, payment_id, 'payments' FROM xero.payments WHERE {mine} AND payment_id = {asked} "
        "UNION SELECT tenant_id, batch_payment_id, 'batch_payments' FROM xero.batch_payments "
        f"WHERE {mine} AND batch_payment_id = {asked}) AS w "
        f"LEFT JOIN {named('journals')} AS j ON j.tenant_id = w.tenant_id AND j.journal_id = w.document_id "
        f"LEFT JOIN {named('documents')} AS d ON d.tenant_id = w.tenant_id AND d.document_id = w.document_id "
        f"LEFT JOIN xero.contacts AS c ON c.tenant_id = j.tenant_id AND c.contact_id = j.contact_id "
        f"LEFT JOIN {NAMED} AS n ON n.tenant_id = w.tenant_id ORDER BY 2, 4, 6, 3"
    )
    return [TracedDocument(*row) for row in rows if row.document_id and row.source_table]


def lines_of(connection: Connection, document: TracedDocument) -> list[TracedLine]:
    """What a document, its payments and its allocations post, oldest first; of a batch its payments."""
    mine = literal(document.document_id)
    batch = (
        "OR j.journal_id IN (SELECT b.payment_id FROM xero.batch_payment_payments AS b "
        f"WHERE b.tenant_id = j.tenant_id AND b.batch_payment_id = {mine})"
    )
    rows = connection.exec_driver_sql(
        f"SELECT l.journal_date, l.source_type, l.source_id, l.account_id, "
        f"COALESCE(CONCAT_WS(' ', a.code, a.name), l.account_id), l.description, l.net_amount "
        f"FROM {named('journals')} AS j JOIN {named('journal_lines')} AS l "
        f"ON l.tenant_id = j.tenant_id AND l.journal_id = j.journal_id "
        f"LEFT JOIN xero.accounts AS a ON a.tenant_id = l.tenant_id AND a.account_id = l.account_id "
        f"WHERE j.tenant_id = {literal(document.tenant_id)} "
        f"AND ({mine} IN (j.journal_id, j.document_id, j.settled_document_id) "
        f"{batch if document.source_table == 'batch_payments' else ''}) "
        "ORDER BY l.journal_date, l.journal_id, l.line_number"
    )
    return [TracedLine(*row) for row in rows]
