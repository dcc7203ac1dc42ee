-- Ids that two payments or allocations share, or one of them with a document: an id is a journal's, and no journal is two.
SELECT event_id
FROM (
    SELECT event_id FROM posting_payments
    UNION ALL
    SELECT event_id FROM posting_allocations
    UNION ALL
    SELECT document_id FROM posting_documents
) AS ids
GROUP BY event_id
HAVING COUNT(*) > 1
