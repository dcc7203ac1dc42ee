-- The journals of changed documents give way, those that settle one included; all of them, when the settings changed.
DELETE FROM {{ lines }}
WHERE tenant_id = {{ tenant }} AND journal_id IN (
    SELECT journal_id FROM {{ journals }}
    WHERE tenant_id = {{ tenant }}
        AND (document_id IN (SELECT document_id FROM posting_changed)
            OR settled_document_id IN (SELECT document_id FROM posting_changed)
            OR EXISTS (SELECT 1 FROM posting_changed WHERE document_id = 'settings'))
)
