"""What does not tie out, and the documents behind it: what people read in a failed check and on the terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xero_pipeline.ledger.schema import has_ledger as is_kept
from xero_pipeline.ledger.sql_templates import SqlTemplates
from xero_pipeline.ledger.statements.open_records import CREDITS, EVERY_SIDE, INVOICES, records
from xero_pipeline.ledger.tables import named
from xero_pipeline.warehouse.organisation_names import NAMED
from xero_pipeline.warehouse.sql import among, literal

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date
    from decimal import Decimal

    from sqlalchemy import Connection

__all__ = ["Difference", "Movement", "Suspect", "differences", "figures", "is_kept", "movements"]
__all__ += ["not_compared", "suspects"]


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure of ours that Xero says otherwise.

    Args:
        statement: Which statement, as in `ledger.tie_out`.
        period_end: Last day of the month.
        account: Its code and name.
        measure: Which figure of it.
        cause: What is likely behind it; None when it ties out.
        is_stale: Documents changed since Xero was asked: it may be gone when the report is pulled again.
    """

    tenant_id: str
    organisation: str
    statement: str
    period_start: date
    period_end: date
    account_id: str
    account: str
    measure: str
    ours: Decimal
    xeros: Decimal
    difference: Decimal
    cause: str | None
    is_stale: bool


@dataclass(frozen=True, slots=True)
class Suspect:
    """A document that may be behind a difference.

    Args:
        source_table: Where it is, in schema xero.
        number: Its number or reference.
        date: Its day.
        amount: The amount in question, in base currency.
        why: Why it is suspected.
        document_type: Xero's Type of it, if it has one.
    """

    source_table: str | None
    document_id: str
    number: str | None
    date: date | None
    contact: str | None
    amount: Decimal | None
    why: str
    document_type: str | None = None


def differences(
    connection: Connection,
    *,
    statements: Sequence[str] = (),
    tenant_id: str | None = None,
    causes: bool = True,
    once: bool = False,
) -> list[Difference]:
    """What does not tie out, newest month first, the largest amount first.

    Args:
        statements: Which; all by default.
        tenant_id: Of which organisation; of all by default.
        causes: Also what has a likely cause; without, only what nothing explains.
        once: Not what another statement tells of the same account already.
    """
    where = ["t.difference <> 0"]
    where += [f"t.statement IN {among(statements)}"] if statements else []
    where += [f"t.tenant_id = {literal(tenant_id)}"] if tenant_id else []
    where += [] if causes else ["t.cause = 'UNKNOWN'"]
    where += ["t.same_as IS NULL"] if once else []
    return _read(connection, " AND ".join(where))


def _read(connection: Connection, where: str) -> list[Difference]:
    rows = connection.exec_driver_sql(
        "SELECT t.tenant_id, COALESCE(o.name, t.tenant_id), t.statement, t.period_start, t.period_end, t.account_id, "
        "COALESCE(CONCAT_WS(' ', t.account_code, t.account_name), t.account_id), t.measure, t.our_amount, "
        "t.xero_amount, t.difference, t.cause, COALESCE(t.is_stale, FALSE) "
        f"FROM {named('tie_out')} AS t LEFT JOIN {NAMED} AS o ON o.tenant_id = t.tenant_id "
        f"WHERE {where} ORDER BY t.period_end DESC, ABS(t.difference) DESC, t.statement, t.account_id"
    )
    return [Difference(*row) for row in rows]


def not_compared(connection: Connection, tenants: Collection[str], period_start: date | None = None) -> list[str]:
    """Those of some organisations of which no figure was compared: the warehouse has none of their reports.

    Args:
        period_start: First day of a month, if only that one is asked about.
    """
    # That our own journals balance is no comparison with Xero.
    where = "statement <> 'journals'" + (f" AND period_start = {literal(period_start)}" if period_start else "")
    rows = connection.exec_driver_sql(f"SELECT DISTINCT tenant_id FROM {named('tie_out')} WHERE {where}")
    compared = set(rows.scalars())
    return [one for one in tenants if one not in compared]


def suspects(connection: Connection, difference: Difference, *, limit: int = 10) -> list[Suspect]:
    """The documents that are likely behind a difference, the likeliest first.

    Args:
        difference: What does not tie out.
        limit: How many at most.
    """
    told = {
        "account": literal(difference.account_id),
        "first": literal(difference.period_start),
        "last": literal(difference.period_end),
        "difference": f"CAST({difference.difference} AS NUMERIC(19, 4))",
        "open_records": records(EVERY_SIDE, f"= {literal(difference.tenant_id)}"),
        "kinds": (INVOICES, *CREDITS),
        "limit": limit,
    }
    rows = connection.exec_driver_sql(
        SqlTemplates("reconcile", connection, difference.tenant_id, **told).text("suspects")
    )
    found = [
        Suspect(
            row.source_table, row.document_id, row.number, row.date, row.contact_name, row.amount, row.why, row.type
        )
        for row in rows
    ]
    return list({one.document_id: one for one in reversed(found)}.values())[::-1]


@dataclass(frozen=True, slots=True)
class Movement:
    """What one kind of source moved on an account in a month.

    Args:
        source_type: The kind, as in `ledger.journals`.
        amount: What they moved, debit positive, in base currency.
    """

    source_type: str
    journals: int
    amount: Decimal


def figures(connection: Connection, tenant_id: str, account_id: str, period_start: date) -> list[Difference]:
    """Every figure of an account in a month, also those that tie out."""
    return _read(
        connection,
        f"t.tenant_id = {literal(tenant_id)} AND t.account_id = {literal(account_id)} "
        f"AND t.period_start = {literal(period_start)}",
    )


def movements(connection: Connection, tenant_id: str, account_id: str, period_start: date) -> list[Movement]:
    """What moved on an account in a month, by kind of source; what no document shows is one of them."""
    month = f"DATE_TRUNC('month', journal_date) = DATE_TRUNC('month', {literal(period_start)})"
    rows = connection.exec_driver_sql(
        f"SELECT source_type, COUNT(DISTINCT journal_id), SUM(net_amount) FROM {named('journal_lines')} "
        f"WHERE tenant_id = {literal(tenant_id)} AND account_id = {literal(account_id)} AND {month} "
        "GROUP BY source_type ORDER BY source_type"
    )
    return [Movement(*row) for row in rows]
