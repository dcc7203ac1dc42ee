-- Payments of dirty documents.
SELECT p.*, COALESCE(p.currency_rate, d.rate) AS rate
FROM posting_payments AS p
JOIN posting_dirty AS x ON x.document_id = p.document_id
JOIN posting_documents AS d ON d.document_id = p.document_id
WHERE p.counts AND p.side IS NOT NULL AND d.rate > 0
