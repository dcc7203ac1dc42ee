DELETE FROM {{ named("journals") }}
WHERE tenant_id = {{ tenant }} AND source_type IS DISTINCT FROM 'UNEXPLAINED'
    AND journal_id NOT IN (SELECT journal_id FROM xero.journals WHERE tenant_id = {{ tenant }} AND NOT is_deleted)
