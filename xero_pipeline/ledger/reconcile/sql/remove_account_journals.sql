DELETE FROM {{ named("journals") }} WHERE tenant_id = {{ tenant }} AND source_type = '{{ account_data }}'
