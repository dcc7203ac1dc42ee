DELETE FROM {{ named("journals") }} WHERE tenant_id = {{ tenant }} AND source_type IN {{ among(revalued) }}
