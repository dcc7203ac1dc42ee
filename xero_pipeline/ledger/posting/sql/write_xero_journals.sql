INSERT INTO {{ named("journals") }} (
    tenant_id, journal_id, journal_date, source_type, source_id, source_table, document_id, contact_id, number,
    reference, currency_code, currency_rate, posted_at
)
SELECT
    {{ tenant }}, journal_id, journal_date, source_type, source_id, source_table, document_id, contact_id, number,
    reference, currency_code, currency_rate, {{ at }}
FROM xero_journals_due
