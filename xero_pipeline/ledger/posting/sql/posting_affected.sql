-- The changed documents and those allocated to them: what must be known of both.
SELECT c.document_id, d.source_table
FROM (
    SELECT document_id FROM posting_changed
    UNION
    SELECT a.credit_id FROM posting_allocations AS a JOIN posting_changed AS d ON d.document_id = a.document_id
    UNION
    SELECT a.document_id FROM posting_allocations AS a JOIN posting_changed AS d ON d.document_id = a.credit_id
) AS c
JOIN posting_documents AS d ON d.document_id = c.document_id
