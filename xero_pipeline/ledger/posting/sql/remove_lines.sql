-- The journals of dirty documents give way, those that settle one included; all of them, when the settings changed.
DELETE FROM {{ lines }}
WHERE tenant_id = {{ tenant }} AND journal_id IN (
    SELECT journal_id FROM {{ journals }}
    WHERE tenant_id = {{ tenant }}
        AND (document_id IN (SELECT document_id FROM posting_dirty)
            OR settled_document_id IN (SELECT document_id FROM posting_dirty)
            OR EXISTS (SELECT 1 FROM posting_dirty WHERE document_id = 'settings'))
)
