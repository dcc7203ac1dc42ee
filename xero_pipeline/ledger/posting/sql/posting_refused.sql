-- What is told of a document besides what keeps it from posting: payments and allocations of it that do not post, and
-- another record of its id.
SELECT x.document_id, p.refused AS problem
FROM posting_payments AS p
JOIN posting_changed AS x ON x.document_id = CASE WHEN p.is_known THEN p.document_id ELSE p.event_id END
WHERE p.refused IS NOT NULL

UNION ALL
SELECT p.document_id, CONCAT('a payment of it has a type that is not known: ', p.payment_type)
FROM posting_payments AS p JOIN posting_changed AS x ON x.document_id = p.document_id
WHERE p.counts AND p.side IS NULL AND p.payment_type IS NOT NULL

UNION ALL
SELECT a.credit_id, a.refused
FROM posting_allocations AS a JOIN posting_changed AS x ON x.document_id = a.credit_id
WHERE a.refused IS NOT NULL

UNION ALL
SELECT t.document_id, CONCAT('a record of ', t.source_table, ' has the same id, and does not post')
FROM posting_duplicates AS t JOIN posting_changed AS x ON x.document_id = t.document_id
WHERE t.place > 1 AND NOT t.is_advance
