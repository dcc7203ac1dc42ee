"""What is open of every document at the close of any day, in its own and in base currency.

A document is open by its total less all payments and allocations until that day. In base currency that is the open
amount at the document's own rate, rounded half up. Xero rounds every part that is paid on its own: the control account
may be a cent off the open documents for good (`rounding_sql`). What is paid before the day a document is booked under
is a credit until then, as it is on the control account.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from xero_pipeline.ledger.exact_sql import known_rate_sql, to_base_sql
from xero_pipeline.ledger.posting.rules import FIRST_DAY, LAST_DAY, MOST
from xero_pipeline.warehouse.sql import literal

Side = Literal["receivables", "payables", "paid_in_advance_by_customers", "paid_in_advance_to_suppliers"]
"""What customers owe and what we owe them for; the last two are prepayments, which stand on accounts of their own."""

Sides = Side | tuple[Side, ...]
CONTROL: tuple[Side, Side] = ("receivables", "payables")
"""The sides with a control account: those of the aged reports."""

ONE = "= :tenant_id"
EVERY = "IN (SELECT tenant_id FROM days)"
"""Whose documents are looked at: one organisation's, or those of all days that are asked for."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A table of documents.

    Args:
        number: What holds the document's number.
        due: When it is due.
        payment: The column of payments that names it.
        owed: SQL of the columns: what is owed of it, before anything is paid.
    """

    table: str
    key: str
    number: str
    due: str
    payment: str
    owed: str = "t.total"

    @property
    def allocations(self) -> str:
        """The table of what its credit was used on; only credits have one."""
        return f"{self.table.removesuffix('s')}_allocations"


# What is withheld for the tax office (UK: CIS) is never owed.
_WITHHELD = "t.total - COALESCE(t.cis_deduction, 0)"
INVOICES = Kind("invoices", "invoice_id", "invoice_number", "due_date", "invoice_id", _WITHHELD)
CREDITS = (
    Kind("credit_notes", "credit_note_id", "credit_note_number", "due_date", "credit_note_id", _WITHHELD),
    Kind("overpayments", "overpayment_id", "NULL", "NULL", "overpayment_id"),
    # A prepayment sits on the account its line names, not on the control account: it is no part of the aged reports.
    # But Xero lists overpayments among the prepayments, too (XeroAPI/Xero-NetStandard#477): the Type tells.
    Kind("prepayments", "prepayment_id", "invoice_number", "NULL", "prepayment_id"),
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


def open_documents_sql(dialect_name: str, sides: Sides, days: str, whose: str = ONE) -> str:
    """Every document that is open on one of some days, once a day.

    Columns: side, tenant_id, as_of, contact_id, contact_name, document_type, document_id, source_table, number,
    reference, date, due_date, currency_code, currency_rate, total, open_amount, open_amount_base. Amounts of credits
    are negative. `open_amount_base` is null where a foreign document has no rate.

    Args:
        days: A query with the columns tenant_id and as_of.
        whose: `ONE` for the organisation `:tenant_id`, `EVERY` for all that the days name.
    """
    left = to_base_sql(dialect_name, "CAST(total - taken AS NUMERIC(19, 4))", "rate")
    several = whose == EVERY
    of_same = "JOIN documents AS o ON o.line = s.line" if several else ""
    same = "days.tenant_id = o.tenant_id AND " if several else ""
    unbooked = f"CASE WHEN is_booked = 0 THEN {to_base_sql(dialect_name, 'total', 'rate')} ELSE 0 END"
    return f"""
    WITH days AS ({days}),
    documents AS MATERIALIZED (SELECT d.*, ROW_NUMBER() OVER () AS line FROM ({_documents_sql(sides, whose)}) AS d),
    events AS (
        SELECT d.line, e.day, SUM(e.amount) AS amount FROM ({_events_sql(whose)}) AS e
        JOIN documents AS d ON d.tenant_id = e.tenant_id AND d.document_id = e.document_id
        WHERE e.day IS NOT NULL GROUP BY d.line, e.day
    ),
    live AS MATERIALIZED (
        SELECT d.*, COALESCE(settled, 0) AS settled, first_day, last_day FROM documents AS d
        LEFT JOIN (
            SELECT line, SUM(amount) AS settled, MIN(day) AS first_day, MAX(day) AS last_day FROM events GROUP BY line
        ) AS e ON e.line = d.line
        -- Most documents were settled before the first of the days, for good.
        WHERE settled IS NULL OR settled <> total OR GREATEST(last_day, date) > (SELECT MIN(as_of) FROM days)
    ),
    points AS (
        SELECT line, day, SUM(amount) AS amount, SUM(booked) AS booked FROM (
            SELECT line, date AS day, 0 AS amount, 1 AS booked FROM live WHERE first_day < last_day
            UNION ALL
            SELECT e.line, e.day, e.amount, 0 FROM events AS e JOIN live AS d ON d.line = e.line
            WHERE d.first_day < d.last_day
        ) AS p GROUP BY line, day
    ),
    states AS (
        -- Of most documents there is one day on which something was taken off, or none: that needs no order.
        SELECT line, LEAST(date, last_day) AS since, GREATEST(date, last_day) AS until,
            CASE WHEN last_day < date THEN settled ELSE 0 END AS taken, CASE WHEN last_day < date THEN 0 ELSE 1 END
            AS is_booked
        FROM live WHERE first_day = last_day
        UNION ALL
        SELECT line, GREATEST(date, last_day), {literal(date.max)}, settled, 1 FROM live
        WHERE settled <> total AND (first_day IS NULL OR first_day = last_day)
        UNION ALL
        SELECT line, day, LEAD(day, 1, {literal(date.max)}) OVER line, SUM(amount) OVER line, SUM(booked) OVER line
        FROM points WINDOW line AS (PARTITION BY line ORDER BY day)
    ),
    open_on AS (
        -- Few columns, those of the documents later: most of what was ever open is settled before the next of the days.
        SELECT s.line, taken, is_booked, as_of FROM states AS s
        {of_same}
        JOIN days ON {same}as_of >= since AND as_of < until
    )
    SELECT side, tenant_id, as_of, contact_id, contact_name, document_type, document_id, source_table, number,
        reference, date, due_date, currency_code, currency_rate, sign * total AS total,
        sign * (is_booked * total - taken) AS open_amount, sign * ({left} - {unbooked}) AS open_amount_base
    FROM open_on AS s JOIN live AS d ON d.line = s.line
    WHERE is_booked * total <> taken
    """


def rounding_sql(dialect_name: str, whose: str) -> str:
    """What control accounts hold more than their open documents, by the day on which that arose: cents of rounding.

    Columns: side (receivables or payables), day, amount, with the sign of `open_amount_base`.

    Args:
        whose: As for `open_documents_sql`; of one organisation.
    """

    def base(amount: str) -> str:
        return to_base_sql(dialect_name, f"CAST({amount} AS NUMERIC(19, 4))", "rate")

    return f"""
    WITH documents AS ({_documents_sql(CONTROL, whose)}),
    days AS (
        SELECT d.side, e.document_id, e.day, d.sign, d.total, d.rate, SUM(e.amount) AS amount,
            SUM({base("e.amount")}) AS cleared
        FROM ({_events_sql(whose)}) AS e JOIN documents AS d ON d.document_id = e.document_id
        WHERE d.rate <> 1 GROUP BY d.side, e.document_id, e.day, d.sign, d.total, d.rate
    ),
    running AS (
        SELECT days.*, SUM(amount) OVER (PARTITION BY side, document_id ORDER BY day) AS taken FROM days
    )
    SELECT side, day, SUM(sign * ({base("total - taken + amount")} - {base("total - taken")} - cleared)) AS amount
    FROM running GROUP BY side, day
    """


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
        SELECT 1 FROM ({invoices}) AS i
        WHERE i.side = ranked.side AND i.tenant_id = ranked.tenant_id AND i.document_id = ranked.document_id
    )
    """


def _kind_sql(kind: Kind, sides: Sides, place: int, whose: str) -> str:
    wanted = (sides,) if isinstance(sides, str) else sides
    types = [(xero, ours, side, sign) for xero, (ours, side, sign) in _TYPES.items() if side in wanted]
    told = " ".join(f"WHEN '{xero}' THEN '{ours}'" for xero, ours, _, _ in types)
    of = " ".join(f"WHEN '{xero}' THEN '{side}'" for xero, _, side, _ in types)
    signs = " ".join(f"WHEN '{xero}' THEN {sign}" for xero, _, _, sign in types)
    listed = ", ".join(f"'{xero}'" for xero, *_ in types)
    return f"""
    SELECT CASE t.type {of} END AS side, t.tenant_id, t.{kind.key} AS document_id, '{kind.table}' AS source_table,
        CASE t.type {told} END AS document_type, CASE t.type {signs} END AS sign,
        t.contact_id, COALESCE(c.name, t.contact_name) AS contact_name,
        CAST({_of(kind.number)} AS TEXT) AS number, t.reference, t.date,
        COALESCE(CAST({_of(kind.due)} AS DATE), t.date) AS due_date, t.currency_code,
        t.currency_rate, {kind.owed} AS total, {_RATE} AS rate, {place} AS place
    FROM xero.{kind.table} AS t
    LEFT JOIN xero.contacts AS c ON c.tenant_id = t.tenant_id AND c.contact_id = t.contact_id
    LEFT JOIN xero.organisations AS o ON o.tenant_id = t.tenant_id AND NOT o.is_deleted
    WHERE t.tenant_id {whose} AND {_POSTED} AND t.type IN ({listed}) AND {_once(kind)}
        AND t.date BETWEEN {literal(FIRST_DAY)} AND {literal(LAST_DAY)}
        AND ABS(t.total) < {MOST} * LEAST(1, CASE WHEN t.currency_rate > 0 THEN t.currency_rate END)
    """


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
_RATE = known_rate_sql("t.currency_rate", "t.currency_code", "o.base_currency")


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
