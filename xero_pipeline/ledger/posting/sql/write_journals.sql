-- A journal all of whose legs are 0 is none.
INSERT INTO {{ journals }} (
    tenant_id, journal_id, journal_date, source_type, source_id, source_table, document_id, settled_document_id,
    contact_id, number, reference, currency_code, currency_rate, currency_rate_source, posted_at
)
SELECT
    {{ tenant }}, j.journal_id, j.journal_date, j.source_type, j.source_id, j.source_table, j.document_id,
    j.settled_document_id, j.contact_id, j.number, j.reference, j.currency_code, j.currency_rate, j.rate_source, {{ at }}
FROM posting_journals AS j
WHERE j.journal_id IN (SELECT journal_id FROM posting_legs)
