DELETE FROM {{ named("settled_lines") }}
WHERE tenant_id = {{ tenant }}
    AND document_id IN (SELECT document_id FROM posting_changed UNION SELECT document_id FROM posting_affected)
