"""What settles a document, and what a document settles: payments, credits and allocations, each with the other end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

from xero_pipeline.ledger.documents.document_fields import CREDITS, NUMBERS, SETTLED, TYPES, key_of
from xero_pipeline.warehouse.document_names import in_words

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from sqlalchemy import Connection

HEADINGS: Mapping[str, str] = {
    "invoices": "Payments and credits",
    "credit_notes": "Allocations and refunds",
    "prepayments": "Payment, allocations and refunds",
    "overpayments": "Payment, allocations and refunds",
    "bank_transactions": "Kept as credit",
    "payments": "What it pays",
    "batch_payments": "What it pays",
}
"""What the list of them is called, by the table of the document."""


_ADVANCES = ("prepayments", "overpayments")
_PAID = "COALESCE({0}.invoice_id, {0}.credit_note_id, {0}.prepayment_id, {0}.overpayment_id)"
"""What a payment pays: Xero gives the id of a credit as that of an invoice now and then."""
_DAY_OF_BATCH = (
    "SELECT b.date FROM xero.batch_payments AS b "
    "WHERE b.tenant_id = a.tenant_id AND b.batch_payment_id = a.batch_payment_id"
)
_COUNTS = "{0}.tenant_id = :tenant_id AND NOT {0}.is_deleted"


@dataclass(frozen=True, slots=True)
class SettledAmount:
    """A payment or an allocation, seen from one of its ends.

    Args:
        kind: What the other end is, in words: the payment, the credit, or what is paid.
        document_id: The other end.
        number: Its number, if it has one.
        account: Of a payment the bank account.
        amount: In the currency of the document that is settled.
    """

    date: date | None
    kind: str
    document_id: str
    number: str | None
    reference: str | None
    account: str | None
    amount: Decimal | None


def settlements_of(connection: Connection, tenant_id: str, table: str, document_id: str) -> tuple[SettledAmount, ...]:
    """All of a document, oldest first.

    Args:
        connection: To the warehouse; reading is enough.
        table: Where the document is, in schema xero.
    """
    queries = list(_queries(table))
    if not queries:
        return ()
    rows = connection.execute(
        text(f"{' UNION ALL '.join(queries)} ORDER BY 1, 4, 3"), {"tenant_id": tenant_id, "document_id": document_id}
    )
    return tuple(SettledAmount(row[0], in_words(row[1], row[7]), *row[2:7]) for row in rows)


def _queries(table: str) -> Iterator[str]:
    if table in SETTLED:
        yield _paid_by(table)
        for credit in CREDITS:
            if credit != table:
                yield _credited_by(table, credit)
    if table in CREDITS:
        yield from (_ends(f"{table[:-1]}_allocations", table, end) for end in SETTLED if end != table)
    if table in ("payments", "batch_payments"):
        lines = "payments" if table == "payments" else "batch_payment_payments"
        yield from (_ends(lines, table, end) for end in SETTLED)
    if table in _ADVANCES:
        yield _money_of(table)
    if table == "bank_transactions":
        yield from map(_kept_as, _ADVANCES)


def _money_of(table: str) -> str:
    """The bank transaction that made an advance."""
    columns = _row("d.date", "d.bank_transaction_id", "NULL", "d.bank_account_name", "d.total", "bank_transactions")
    return (
        f"{columns} FROM xero.bank_transactions AS d WHERE d.{key_of(table)} = :document_id AND {_COUNTS.format('d')}"
    )


def _kept_as(table: str) -> str:
    """The advance that a bank transaction made."""
    key = key_of(table)
    return (
        _row("d.date", f"d.{key}", _number(table), "NULL", "d.total", table)
        + f"FROM xero.bank_transactions AS b JOIN xero.{table} AS d ON d.tenant_id = b.tenant_id "
        f"AND d.{key} = b.{key} {_is(table)} "
        f"WHERE b.bank_transaction_id = :document_id AND {_COUNTS.format('d')}"
    )


def _row(
    day: str, other: str, number: str, account: str, amount: str, table: str, reference: str = "d.reference"
) -> str:
    """The columns of a row; `d` is the other end."""
    kind = f"d.{TYPES[table]}" if table in TYPES else "CAST(NULL AS TEXT)"
    return (
        f"SELECT {day}, {kind}, {other}, CAST({number} AS TEXT), {reference}, CAST({account} AS TEXT), {amount}, "
        f"'{table}' "
    )


def _number(table: str) -> str:
    return f"d.{NUMBERS[table]}" if table in NUMBERS else "NULL"


def _paid_by(table: str) -> str:
    """The payments of a document."""
    columns = _row("d.date", "d.payment_id", "NULL", "d.account_name", "d.amount", "payments")
    return f"{columns} FROM xero.payments AS d WHERE {_PAID.format('d')} = :document_id AND {_COUNTS.format('d')}"


def _credited_by(table: str, credit: str) -> str:
    """The credits of a kind that are allocated to a document."""
    key = key_of(credit)
    return (
        _row("a.date", f"a.{key}", _number(credit), "NULL", "a.amount", credit)
        + f"FROM xero.{credit[:-1]}_allocations AS a JOIN xero.{credit} AS d ON d.tenant_id = a.tenant_id "
        f"AND d.{key} = a.{key} AND NOT d.is_deleted {_is(credit)} "
        f"WHERE a.{key_of(table)} = :document_id AND {_COUNTS.format('a')}"
    )


def _ends(lines: str, table: str, end: str) -> str:
    """The documents of a kind that a credit, a payment or a batch settles."""
    key = key_of(end)
    day = f"COALESCE(a.date, ({_DAY_OF_BATCH}))" if table == "batch_payments" else "a.date"
    names = f"a.{key}" if table in CREDITS else _PAID.format("a")
    return (
        _row(day, f"d.{key}", _number(end), "NULL", "a.amount", end)
        + f"FROM xero.{lines} AS a JOIN xero.{end} AS d ON d.tenant_id = a.tenant_id AND d.{key} = {names} {_is(end)} "
        f"WHERE a.{key_of(table)} = :document_id AND {_COUNTS.format('a')}"
    )


def _is(table: str) -> str:
    """Xero lists an advance of one kind among those of the other, too, with its own type."""
    other = {"prepayments": "OVERPAYMENT", "overpayments": "PREPAYMENT"}.get(table)
    return f"AND COALESCE(d.type, '') NOT LIKE '%{other}'" if other else ""
