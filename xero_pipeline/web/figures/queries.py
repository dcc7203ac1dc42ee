"""What is asked of the warehouse. Every query runs on DuckDB and on PostgreSQL; amounts stay exact."""

from __future__ import annotations

ORGANISATION = "SELECT base_currency FROM xero.organisations WHERE tenant_id = :tenant_id"

# The class of the account decides; figures of no account of the chart, such as currency gains, go by their heading.
PROFIT_AND_LOSS = """
SELECT month, kind, SUM(amount) AS amount
FROM (
    SELECT p.period_start AS month, p.amount,
        CASE
            WHEN a.class = 'REVENUE' THEN 'income'
            WHEN a.type = 'DIRECTCOSTS' THEN 'cost_of_sales'
            WHEN a.class IS NOT NULL THEN 'expenses'
            WHEN LOWER(p.section) LIKE '%cost of%' THEN 'cost_of_sales'
            WHEN LOWER(p.section) LIKE 'less%' THEN 'expenses'
            ELSE 'income'
        END AS kind
    FROM xero.profit_and_loss AS p
    LEFT JOIN xero.accounts AS a ON a.tenant_id = p.tenant_id AND a.account_id = p.account_id
    WHERE p.tenant_id = :tenant_id AND p.basis = 'accrual' AND p.line_type = 'account' AND p.period_start >= :since
) AS lines
GROUP BY month, kind
"""

CASH = """
SELECT period_start AS month, SUM(cash_received) AS received, SUM(cash_spent) AS spent, SUM(closing_balance) AS closing
FROM xero.bank_summary WHERE tenant_id = :tenant_id AND period_start >= :since
GROUP BY period_start ORDER BY period_start
"""

BANK_ACCOUNTS = """
SELECT account_name AS name, closing_balance AS balance FROM xero.bank_summary
WHERE tenant_id = :tenant_id
    AND period_start = (SELECT MAX(period_start) FROM xero.bank_summary WHERE tenant_id = :tenant_id)
ORDER BY closing_balance DESC, account_name
"""

# One row per document in another currency: each is converted, and rounded to the cent, by itself.
_OPEN = """
SELECT age, rate, COUNT(*) AS documents, SUM(amount) AS amount
FROM (
    SELECT {age} AS age, currency_rate AS rate, {amount} AS amount,
        CASE WHEN currency_rate <> 1 THEN {key} ELSE '' END AS document
    FROM xero.{table}
    WHERE tenant_id = :tenant_id AND {which} AND status = 'AUTHORISED' AND NOT is_deleted AND {amount} <> 0
) AS still_open
GROUP BY age, rate, document
"""

# By the day it is due; what has none, by its own, as in ledger.aged_receivables.
_AGE = """CASE
    WHEN {due} >= :today THEN 0
    WHEN {due} >= :since_1 THEN 1
    WHEN {due} >= :since_2 THEN 2
    WHEN {due} >= :since_3 THEN 3
    ELSE 4 END"""
_DUE = _AGE.format(due="COALESCE(due_date, date)")

RECEIVABLES = _OPEN.format(table="invoices", key="invoice_id", which="type = 'ACCREC'", amount="amount_due", age=_DUE)

CREDITS = " UNION ALL ".join(
    _OPEN.format(table=table, key=key, which=f"type = '{kind}'", amount="remaining_credit", age=age)
    for table, key, kind, age in (
        ("credit_notes", "credit_note_id", "ACCRECCREDIT", _DUE),
        ("overpayments", "overpayment_id", "RECEIVE-OVERPAYMENT", _AGE.format(due="date")),
    )
)

_SOLD = """
SELECT d.contact_id, d.currency_rate AS rate, MIN(d.date) AS first_day, SUM({sign}d.sub_total) AS amount
FROM xero.{table} AS d
WHERE d.tenant_id = :tenant_id AND d.type = '{kind}' AND d.status IN ('AUTHORISED', 'PAID') AND NOT d.is_deleted
    AND d.date >= :since
GROUP BY d.contact_id, d.currency_rate
"""

CUSTOMERS = (
    "SELECT sold.contact_id, c.name, sold.rate, MIN(sold.first_day) AS first_day, SUM(sold.amount) AS amount FROM ("
    + _SOLD.format(sign="", table="invoices", kind="ACCREC")
    + " UNION ALL "
    + _SOLD.format(sign="-", table="credit_notes", kind="ACCRECCREDIT")
    + ") AS sold LEFT JOIN xero.contacts AS c ON c.tenant_id = :tenant_id AND c.contact_id = sold.contact_id "
    "GROUP BY sold.contact_id, c.name, sold.rate"
)

HAS_TIE_OUT = """
SELECT COUNT(*) AS n FROM information_schema.tables WHERE table_schema = 'ledger' AND table_name = 'tie_out'
"""

TIE_OUT = """
SELECT statement, COUNT(*) AS figures, COUNT(DISTINCT period_start) AS months,
    SUM(CASE WHEN is_stale THEN 1 ELSE 0 END) AS stale,
    SUM(CASE WHEN NOT is_stale AND difference <> 0 THEN 1 ELSE 0 END) AS differ,
    SUM(CASE WHEN NOT is_stale AND difference <> 0 AND cause = 'UNKNOWN' THEN 1 ELSE 0 END) AS unexplained
FROM ledger.tie_out WHERE tenant_id = :tenant_id GROUP BY statement ORDER BY statement
"""

DIFFERENCES = """
SELECT period_start AS month, statement, account_code, account_name, measure, our_amount, xero_amount, difference, cause
FROM ledger.tie_out WHERE tenant_id = :tenant_id AND NOT is_stale AND difference <> 0
ORDER BY ABS(difference) DESC, period_start DESC, statement, account_id, measure LIMIT 12
"""
