-- The journals: of documents, of payments, of credits set off.
SELECT
    d.document_id AS journal_id,
    d.date AS journal_date,
    d.source_type,
    d.document_id AS source_id,
    d.source_table,
    d.document_id,
    CAST(NULL AS TEXT) AS settled_document_id,
    d.contact_id,
    d.number,
    d.reference,
    d.currency_code,
    d.rate AS currency_rate,
    d.rate_source
FROM posting_documents_due AS d
WHERE d.document_id NOT IN (SELECT document_id FROM posting_unpostable)

UNION ALL
SELECT
    p.event_id, p.date, p.payment_type, p.event_id, 'payments', p.document_id, NULL, d.contact_id, d.number,
    COALESCE(p.reference, d.reference), d.currency_code, p.rate,
    CASE WHEN p.currency_rate IS NULL AND p.rate <> 1 THEN 'that of what it pays' END
FROM posting_payments_due AS p JOIN posting_documents AS d ON d.document_id = p.document_id

UNION ALL
SELECT
    a.event_id, a.date,
    CASE
        {%- for rule in credit_rules %}
        WHEN COALESCE(c.advance, c.source_table) = '{{ rule.table }}' AND a.side = {{ rule.side }} THEN '{{ rule.source_type }}'
        {%- endfor %}
    END,
    a.event_id,
    CONCAT(SUBSTR(c.source_table, 1, LENGTH(c.source_table) - 1), '_allocations'),
    a.credit_id, a.document_id, c.contact_id, c.number, c.reference, c.currency_code, c.rate,
    c.rate_source
FROM posting_allocations_due AS a
JOIN posting_gains AS g ON g.journal_id = a.event_id
JOIN posting_documents AS c ON c.document_id = a.credit_id
