-- What the record of each source of a journal says today, whether it still posts or not.
SELECT
    document_id AS source_id, source_table, document_id, contact_id, number, reference, currency_code, rate AS currency_rate
FROM posting_documents

UNION ALL
SELECT
    p.payment_id, 'payments', d.document_id, d.contact_id, d.number, COALESCE(p.reference, d.reference), d.currency_code,
    COALESCE(d.base_rate, CASE WHEN p.currency_rate > 0 THEN p.currency_rate END, d.rate)
FROM xero.payments AS p
JOIN posting_documents AS d
    ON d.document_id = COALESCE(p.invoice_id, p.credit_note_id, p.prepayment_id, p.overpayment_id)
    AND d.source_table IN {{ among(settled) }}
LEFT JOIN posting_documents AS o ON o.document_id = p.payment_id
WHERE p.tenant_id = {{ tenant }} AND o.document_id IS NULL
