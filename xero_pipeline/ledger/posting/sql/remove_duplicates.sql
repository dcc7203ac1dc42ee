DELETE FROM posting_documents
WHERE EXISTS (
    SELECT 1 FROM posting_duplicates AS t
    WHERE t.document_id = posting_documents.document_id AND t.source_table = posting_documents.source_table AND t.place > 1
)
