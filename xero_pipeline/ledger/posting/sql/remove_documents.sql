DELETE FROM {{ named("documents") }}
WHERE tenant_id = {{ tenant }} AND document_id IN (SELECT document_id FROM posting_changed)
