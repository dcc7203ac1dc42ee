DELETE FROM {{ named("coverage") }} WHERE tenant_id = {{ tenant }}
