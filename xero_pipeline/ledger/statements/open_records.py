"""Invoices, bills and credits as schema xero has them, and all that was ever taken off each.

Of one organisation both can be read once into temporary tables, from which everything that asks what is open goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from xero_pipeline.ledger.exact_sql import known_rate_sql
from xero_pipeline.ledger.posting.rules import FIRST_DAY, LAST_DAY, MOST
from xero_pipeline.warehouse.sql import among, literal, make_temporary

if TYPE_CHECKING:
    from sqlalchemy import Connection

Side = Literal["receivables", "payables", "paid_in_advance_by_customers", "paid_in_advance_to_suppliers"]
"""What customers owe and what we owe them for; the last two are prepayments, which stand on accounts of their own."""

Sides = Side | tuple[Side, ...]
CONTROL: tuple[Side, Side] = ("receivables", "payables")
"""The sides with a control account: those of the aged reports."""
EVERY_SIDE: tuple[Side, ...] = (*CONTROL, "paid_in_advance_by_customers", "paid_in_advance_to_suppliers")


@dataclass(frozen=True, slots=True)
class Kind:
    """A table of documents.

    Args:
        number: What holds the document's number.
        due: When it is due.
        payment: The column of payments that names it.
        owed: SQL of the columns: what is owed of it, before anything is paid.
        is_advance: Whether money made it: a bank transaction that names it by the same key.
    """

    table: str
    key: str
    number: str
    due: str
    payment: str
    owed: str = "t.total"
    is_advance: bool = False

    @property
    def allocations(self) -> str:
        """The table of what its credit was used on; only credits have one."""
        return f"{self.table.removesuffix('s')}_allocations"


# What is withheld for the tax office (UK: CIS) is never owed.
_WITHHELD = "t.total - COALESCE(t.cis_deduction, 0)"
INVOICES = Kind("invoices", "invoice_id", "invoice_number", "due_date", "invoice_id", _WITHHELD)
CREDITS = (
    Kind("credit_notes", "credit_note_id", "credit_note_number", "due_date", "credit_note_id", _WITHHELD),
    Kind("overpayments", "overpayment_id", "NULL", "NULL", "overpayment_id", is_advance=True),
    # A prepayment sits on the account its line names, not on the control account: it is no part of the aged reports.
    # But Xero lists overpayments among the prepayments, too (XeroAPI/Xero-NetStandard#477): the Type tells.
    Kind("prepayments", "prepayment_id", "invoice_number", "NULL", "prepayment_id", is_advance=True),
)
_TARGETS = ("invoice_id", "credit_note_id", "prepayment_id", "overpayment_id")

# Xero's names of a type, old and new: what a row calls it, whose side it is on, whether it adds or takes away.
_TYPES: Mapping[str, tuple[str, Side, int]] = {
    "ACCREC": ("ACCREC", "receivables", 1),
    "ACCRECCREDIT": ("ACCRECCREDIT", "receivables", -1),
    "RECEIVE-OVERPAYMENT": ("AROVERPAYMENT", "receivables", -1),
    "AROVERPAYMENT": ("AROVERPAYMENT", "receivables", -1),
    "ACCPAY": ("ACCPAY", "payables", 1),
    "ACCPAYCREDIT": ("ACCPAYCREDIT", "payables", -1),
    "SPEND-OVERPAYMENT": ("APOVERPAYMENT", "payables", -1),
    "APOVERPAYMENT": ("APOVERPAYMENT", "payables", -1),
    "RECEIVE-PREPAYMENT": ("ARPREPAYMENT", "paid_in_advance_by_customers", 1),
    "ARPREPAYMENT": ("ARPREPAYMENT", "paid_in_advance_by_customers", 1),
    "SPEND-PREPAYMENT": ("APPREPAYMENT", "paid_in_advance_to_suppliers", 1),
    "APPREPAYMENT": ("APPREPAYMENT", "paid_in_advance_to_suppliers", 1),
}


@dataclass(frozen=True, slots=True)
class OpenRecords:
    """Where documents are read, and what was taken off them.

    Args:
        documents: A query with the columns of `_kind_sql`, and of every document a number, `line`.
        events: A query with the columns line, day, amount; may read the documents as `documents`.
    """

    documents: str
    events: str


RECORDS, RECORDS_EVENTS = "open_records", "open_record_events"
"""The temporary tables."""


def records(sides: Sides, whose: str) -> OpenRecords:
    """The queries that read schema xero.

    Args:
        whose: Whose documents, in SQL: what follows `tenant_id`.
    """
    return OpenRecords(
        f"SELECT d.*, ROW_NUMBER() OVER () AS line FROM ({_documents_sql(sides, whose)}) AS d",
        f"SELECT d.line, e.day, e.amount FROM ({_events_sql(whose)}) AS e "
        "JOIN documents AS d ON d.tenant_id = e.tenant_id AND d.document_id = e.document_id",
    )


def read_records(connection: Connection, tenant_id: str) -> None:
    """Read those of the sides with a control account into the temporary tables of `records_read`.

    Args:
        connection: In the transaction they are for.
    """
    found = records(CONTROL, f"= {literal(tenant_id)}")
    make_temporary(connection, RECORDS, found.documents)
    make_temporary(connection, RECORDS_EVENTS, f"WITH documents AS (SELECT * FROM {RECORDS}) {found.events}")


def records_read(which: str = "TRUE") -> OpenRecords:
    """The queries of what `read_records` has read.

    Args:
        which: SQL: which documents.
    """
    return OpenRecords(
        f"SELECT * FROM {RECORDS} WHERE {which}",
        f"SELECT e.line, e.day, e.amount FROM {RECORDS_EVENTS} AS e JOIN documents AS d ON d.line = e.line",
    )


def _documents_sql(sides: Sides, whose: str) -> str:
    """Each id once a side, as the first of its kinds: two records of one id are one document, in the ledger, too."""
    invoices = _kind_sql(INVOICES, sides, 0, whose)
    kinds = " UNION ALL ".join(_kind_sql(kind, sides, place, whose) for place, kind in enumerate(CREDITS, start=1))
    nth = "ROW_NUMBER() OVER (PARTITION BY side, tenant_id, document_id ORDER BY place) AS nth"
    # Of invoices there are most by far, and by their key each is there once: they need not be put in order.
    return f"""
    SELECT i.*, 1 AS nth FROM ({invoices}) AS i
    UNION ALL
    SELECT * FROM (SELECT k.*, {nth} FROM ({kinds}) AS k) AS ranked
    WHERE nth = 1 AND NOT EXISTS (
        SELECT 1 FROM xero.invoices AS t WHERE {_which(INVOICES, sides, whose)}
            AND {_side(sides)} = ranked.side AND t.tenant_id = ranked.tenant_id AND t.invoice_id = ranked.document_id
    )
    """


def _kind_sql(kind: Kind, sides: Sides, place: int, whose: str) -> str:
    types = _types(sides)
    told = " ".join(f"WHEN '{xero}' THEN '{ours}'" for xero, (ours, _, _) in types.items())
    signs = " ".join(f"WHEN '{xero}' THEN {sign}" for xero, (_, _, sign) in types.items())
    rate = f"COALESCE({_TOLD_RATE}, {_MONEY_RATE})" if kind.is_advance else "t.currency_rate"
    return f"""
    SELECT {_side(sides)} AS side, t.tenant_id, t.{kind.key} AS document_id, '{kind.table}' AS source_table,
        CASE t.type {told} END AS document_type, CASE t.type {signs} END AS sign,
        t.contact_id, COALESCE(c.name, t.contact_name) AS contact_name,
        CAST({_of(kind.number)} AS TEXT) AS number, t.reference, t.date,
        COALESCE(CAST({_of(kind.due)} AS DATE), t.date) AS due_date, t.currency_code,
        {rate} AS currency_rate, {kind.owed} AS total,
        {known_rate_sql(rate, "t.currency_code", "o.base_currency")} AS rate, {place} AS place
    FROM xero.{kind.table} AS t
    LEFT JOIN xero.contacts AS c ON c.tenant_id = t.tenant_id AND c.contact_id = t.contact_id
    LEFT JOIN xero.organisations AS o ON o.tenant_id = t.tenant_id AND NOT o.is_deleted
    {_money(kind, whose) if kind.is_advance else ""}
    WHERE {_which(kind, sides, whose)}
    """


def _money(kind: Kind, whose: str) -> str:
    """SQL: the rate of the money that made a record `t`, as posting takes it, where Xero leaves it out of that."""
    return f"""LEFT JOIN (
        SELECT b.tenant_id, b.{kind.key}, MAX(b.currency_rate) AS currency_rate FROM xero.bank_transactions AS b
        WHERE b.tenant_id {whose} AND NOT b.is_deleted AND b.currency_rate > 0 AND b.{kind.key} IN (
            SELECT t.{kind.key} FROM xero.{kind.table} AS t WHERE t.tenant_id {whose} AND {_TOLD_RATE} IS NULL
        )
        GROUP BY b.tenant_id, b.{kind.key}
    ) AS m ON m.tenant_id = t.tenant_id AND m.{kind.key} = t.{kind.key}"""


def _types(sides: Sides) -> Mapping[str, tuple[str, Side, int]]:
    wanted = (sides,) if isinstance(sides, str) else sides
    return {xero: told for xero, told in _TYPES.items() if told[1] in wanted}


def _side(sides: Sides) -> str:
    """SQL: whose side a record `t` is on."""
    of = " ".join(f"WHEN '{xero}' THEN '{side}'" for xero, (_, side, _) in _types(sides).items())
    return f"CASE t.type {of} END"


def _which(kind: Kind, sides: Sides, whose: str) -> str:
    """SQL: whether a record `t` counts."""
    large = f"ABS(t.total), ABS({kind.owed})"
    return f"""t.tenant_id {whose} AND {_POSTED} AND t.type IN {among(_types(sides))} AND {_once(kind)}
        AND t.date BETWEEN {literal(FIRST_DAY)} AND {literal(LAST_DAY)}
        AND GREATEST({large}) < {MOST} * LEAST(1, {_TOLD_RATE})"""


def _once(kind: Kind) -> str:
    """Whether a record counts: an advance that Xero lists among both kinds counts as the other one there."""
    if kind.table != "prepayments":
        return "TRUE"
    return (
        "NOT EXISTS (SELECT 1 FROM xero.overpayments AS o WHERE o.tenant_id = t.tenant_id "
        "AND o.overpayment_id = t.prepayment_id)"
    )


def _of(column: str) -> str:
    return column if column == "NULL" else f"t.{column}"


def _sane(row: str) -> str:
    """Whether a payment or an allocation may be in any books; what is not, the ledger refuses, too."""
    days = f"{row}.date < {literal(FIRST_DAY)} OR {row}.date > {literal(LAST_DAY)}"
    return f"({days}) IS NOT TRUE AND ABS({row}.amount) < {MOST}"


_POSTED = "t.status IN ('AUTHORISED', 'PAID') AND NOT t.is_deleted"
_TOLD_RATE = "CASE WHEN t.currency_rate > 0 THEN t.currency_rate END"
_MONEY_RATE = f"CASE WHEN ABS(t.total) < {MOST} * LEAST(1, m.currency_rate) THEN m.currency_rate END"


def _events_sql(whose: str) -> str:
    """Everything that was taken off a document: payments, credits used on it, and of a credit what it was used on."""
    paid = ", ".join(f"p.{kind.payment}" for kind in (INVOICES, *CREDITS))
    parts = [
        f"SELECT p.tenant_id, COALESCE({paid}) AS document_id, p.date AS day, p.amount FROM xero.payments AS p "
        f"WHERE p.tenant_id {whose} AND (p.status IS NULL OR p.status = 'AUTHORISED') AND NOT p.is_deleted "
        f"AND {_sane('p')}"
    ]
    for kind in CREDITS:
        used = (
            f"FROM xero.{kind.allocations} AS a JOIN xero.{kind.table} AS t "
            f"ON t.tenant_id = a.tenant_id AND t.{kind.key} = a.{kind.key} "
            f"WHERE a.tenant_id {whose} AND NOT a.is_deleted AND {_POSTED} AND {_once(kind)} AND {_sane('a')}"
        )
        day = "COALESCE(a.date, t.date) AS day"
        targets = ", ".join(f"a.{name}" for name in _TARGETS if name != kind.key)
        parts.append(f"SELECT a.tenant_id, a.{kind.key}, {day}, a.amount {used}")
        parts.append(f"SELECT a.tenant_id, COALESCE({targets}), {day}, a.amount {used}")
    return " UNION ALL ".join(parts)
