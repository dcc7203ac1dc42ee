-- The documents that post a journal of their own, and have to now; not those with a line that no books can hold.
SELECT d.*
FROM posting_documents AS d
JOIN posting_changed AS x ON x.document_id = d.document_id
WHERE d.posts AND d.source_type IS NOT NULL AND d.document_id NOT IN (SELECT document_id FROM posting_oversized)
