-- The journals of dirty documents, those that settle one included, give way.
DELETE FROM {{ named("journal_lines") }}
WHERE tenant_id = {{ tenant }} AND journal_id IN (
    SELECT journal_id FROM {{ named("journals") }}
    WHERE tenant_id = {{ tenant }}
        AND (document_id IN (SELECT document_id FROM posting_dirty)
            OR settled_document_id IN (SELECT document_id FROM posting_dirty))
)
