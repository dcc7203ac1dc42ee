"""What is open of every document at the close of any day, in its own and in base currency.

A document is open by its total less all payments and allocations until that day. In base currency that is the open
amount at the document's own rate, rounded half up. Xero rounds every part that is paid on its own: the control account
may be a cent off the open documents for good (`rounding_sql`). What is paid before the day a document is booked under
is a credit until then, as it is on the control account.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from xero_pipeline.ledger.exact_sql import to_base_sql
from xero_pipeline.ledger.statements.open_records import records, records_read
from xero_pipeline.warehouse.sql import literal

if TYPE_CHECKING:
    from xero_pipeline.ledger.statements.open_records import OpenRecords, Sides

ONE = "= :tenant_id"
EVERY = "IN (SELECT tenant_id FROM days)"
"""Whose documents are looked at: one organisation's, or those of all days that are asked for."""


def open_documents_sql(
    dialect_name: str, sides: Sides, days: str, whose: str = ONE, *, read: OpenRecords | None = None
) -> str:
    """Every document that is open on one of some days, once a day.

    Columns: side, tenant_id, as_of, contact_id, contact_name, document_type, document_id, source_table, number,
    reference, date, due_date, currency_code, currency_rate, total, open_amount, open_amount_base. Amounts of credits
    are negative. `open_amount_base` is null where a foreign document has no rate.

    Args:
        days: A query with the columns tenant_id and as_of.
        whose: `ONE` for the organisation `:tenant_id`, `EVERY` for all that the days name.
        read: Where the documents of one organisation were read already.
    """
    found = read or records(sides, whose)
    left = to_base_sql(dialect_name, "CAST(total - taken AS NUMERIC(19, 4))", "rate")
    several = whose == EVERY
    of_same = "JOIN documents AS o ON o.line = s.line" if several else ""
    same = "days.tenant_id = o.tenant_id AND " if several else ""
    unbooked = f"CASE WHEN is_booked = 0 THEN {to_base_sql(dialect_name, 'total', 'rate')} ELSE 0 END"
    return f"""
    WITH days AS ({days}),
    documents AS MATERIALIZED ({found.documents}),
    events AS (
        SELECT line, day, SUM(amount) AS amount FROM ({found.events}) AS e WHERE day IS NOT NULL GROUP BY line, day
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


def rounding_sql(dialect_name: str) -> str:
    """What control accounts hold more than their open documents, by the day on which that arose: cents of rounding.

    Columns: side (receivables or payables), day, amount, with the sign of `open_amount_base`. Of the organisation
    whose documents were read (`read_records`).
    """

    def base(amount: str) -> str:
        return to_base_sql(dialect_name, f"CAST({amount} AS NUMERIC(19, 4))", "rate")

    foreign = records_read("rate <> 1")
    return f"""
    WITH documents AS ({foreign.documents}),
    days AS (
        SELECT d.side, d.line, e.day, d.sign, d.total, d.rate, SUM(e.amount) AS amount,
            SUM({base("e.amount")}) AS cleared
        FROM ({foreign.events}) AS e JOIN documents AS d ON d.line = e.line
        GROUP BY d.side, d.line, e.day, d.sign, d.total, d.rate
    ),
    running AS (
        SELECT days.*, SUM(amount) OVER (PARTITION BY line ORDER BY day) AS taken FROM days
    )
    SELECT side, day, SUM(sign * ({base("total - taken + amount")} - {base("total - taken")} - cleared)) AS amount
    FROM running GROUP BY side, day
    """
