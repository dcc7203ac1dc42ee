-- Payments of changed documents that post.
SELECT p.*, CASE WHEN d.currency_code = s.base_currency THEN 1 ELSE COALESCE(p.currency_rate, d.rate) END AS rate
FROM posting_payments AS p
CROSS JOIN posting_settings AS s
JOIN posting_changed AS x ON x.document_id = p.document_id
JOIN posting_documents AS d ON d.document_id = p.document_id
WHERE p.counts AND p.side IS NOT NULL AND d.rate > 0
    AND p.document_id NOT IN (SELECT document_id FROM posting_unposted)
