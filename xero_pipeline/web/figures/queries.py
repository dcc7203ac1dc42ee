"""What is asked of the warehouse. Every query runs on DuckDB and on PostgreSQL; amounts stay exact."""

from __future__ import annotations

ORGANISATION = "SELECT base_currency FROM xero.organisations WHERE tenant_id = :tenant_id"

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
