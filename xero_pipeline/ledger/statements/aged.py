"""Aged receivables and payables as of any day, in the columns of Xero's aged reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import text

from xero_pipeline.ageing import BUCKETS, first_due_sql, overdue_of
from xero_pipeline.ledger.statements.chart import ZERO
from xero_pipeline.ledger.statements.open_documents import ONE, open_documents_sql
from xero_pipeline.warehouse.sql import literal

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from xero_pipeline.ageing import Ageing
    from xero_pipeline.ledger.statements.open_records import OpenRecords, Side, Sides

_ENDED = BUCKETS[1:-1]


@dataclass(frozen=True, slots=True)
class AgedDocument:
    """One open document, as in `ledger.aged_receivables` and `ledger.aged_payables`; amounts of credits are negative.

    Args:
        contact_id: The customer or supplier.
        document_type: ACCREC, ACCPAY, ACCRECCREDIT, ACCPAYCREDIT, AROVERPAYMENT or APOVERPAYMENT.
        source_table: Its table in schema xero.
        number: Its number, if it has one.
        date: Day it is booked under.
        due_date: When it is due; of a credit without a due date its date.
        days_overdue: 0 while it is not.
        currency_rate: Units of that currency for one unit of base currency.
        total: What it came to, in its own currency.
        open_amount: What was open of it, in its own currency.
        open_amount_base: The same in base currency; None where a foreign document has no rate.
    """

    as_of: dt.date
    contact_id: str | None
    contact_name: str | None
    document_type: str
    document_id: str
    source_table: str
    number: str | None
    reference: str | None
    date: dt.date
    due_date: dt.date
    days_overdue: int
    bucket: str
    currency_code: str | None
    currency_rate: Decimal | None
    total: Decimal
    open_amount: Decimal
    open_amount_base: Decimal | None


@dataclass(frozen=True, slots=True)
class AgedContact:
    """What one contact owes, or is owed, by age, in base currency.

    Args:
        amounts: One for each of `BUCKETS`.
        overdue: What of the total is overdue.
    """

    contact_id: str | None
    contact_name: str | None
    amounts: tuple[Decimal, ...]
    overdue: Decimal
    total: Decimal


def aged(
    connection: Connection, tenant_id: str, side: Side, as_of: dt.date, ageing: Ageing = "days"
) -> tuple[AgedDocument, ...]:
    """Every document that is open at the close of a day, by contact, the longest overdue first.

    Prepayments are not among them, as in Xero: they are on an account of their own.

    Args:
        connection: To the warehouse; reading is enough.
    """
    sql = aged_sql(connection.dialect.name, side, [as_of], ageing)
    rows = [AgedDocument(*row) for row in connection.execute(text(sql), {"tenant_id": tenant_id})]
    return tuple(
        sorted(rows, key=lambda row: (row.contact_name or "", row.contact_id or "", row.due_date, row.document_id))
    )


def aged_sql(
    dialect_name: str,
    sides: Sides,
    days: Iterable[dt.date],
    ageing: Ageing = "days",
    *more: str,
    read: OpenRecords | None = None,
) -> str:
    """The rows of an aged table for some days, in the order of `AgedDocument`; takes `:tenant_id`.

    Args:
        *more: Columns of `open_documents_sql` that come after those.
        read: As for `open_documents_sql`.
    """
    asked = " UNION ALL ".join(f"SELECT CAST(:tenant_id AS TEXT) AS tenant_id, {literal(day)} AS as_of" for day in days)
    names = ", ".join([*(field.name for field in fields(AgedDocument)), *more])
    return f"SELECT {names} FROM ({aged_documents_sql(dialect_name, sides, asked, ageing, read=read)}) AS aged"


def aged_documents_sql(
    dialect_name: str,
    sides: Sides,
    days: str,
    ageing: Ageing = "days",
    whose: str = ONE,
    *,
    read: OpenRecords | None = None,
) -> str:
    """The columns of `open_documents_sql`, and days_overdue and bucket. The one place that says how old a document is.

    Args:
        days: A query with the columns tenant_id and as_of.
        whose: As for `open_documents_sql`; so is `read`.
    """
    upto = " ".join(
        f"WHEN due_date >= {first_due_sql(ageing, 'as_of', place)} THEN '{name}'"
        for place, name in enumerate(_ENDED, start=1)
    )
    return f"""
    SELECT *, CASE WHEN as_of > due_date THEN as_of - due_date ELSE 0 END AS days_overdue,
        CASE WHEN due_date >= as_of THEN '{BUCKETS[0]}' {upto} ELSE '{BUCKETS[-1]}' END AS bucket
    FROM ({open_documents_sql(dialect_name, sides, days, whose, read=read)}) AS o
    """


def by_contact(documents: Iterable[AgedDocument]) -> tuple[AgedContact, ...]:
    """The summary: what every contact owes by age, the largest first.

    Args:
        documents: From `aged`.
    """
    names: dict[str | None, str | None] = {}
    sums: dict[str | None, list[Decimal]] = {}
    for row in documents:
        names.setdefault(row.contact_id, row.contact_name)
        amounts = sums.setdefault(row.contact_id, [ZERO] * len(BUCKETS))
        amounts[BUCKETS.index(row.bucket)] += row.open_amount_base or ZERO
    found = [
        AgedContact(key, names[key], tuple(amounts), overdue_of(amounts), sum(amounts, ZERO))
        for key, amounts in sums.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.total, one.contact_name or "")))
