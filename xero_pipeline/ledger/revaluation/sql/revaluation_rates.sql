-- The rates of documents by currency and day: what an inferred rate must be like.
{%- for table in ("invoices", "credit_notes", "bank_transactions", "payments") %}
{{ "UNION" if not loop.first }}
SELECT {{ "invoice_currency_code" if table == "payments" else "currency_code" }} AS currency_code, date, currency_rate
FROM xero.{{ table }}
WHERE tenant_id = {{ tenant }} AND NOT is_deleted AND currency_rate > 0 AND date IS NOT NULL
{%- endfor %}
