DELETE FROM {{ named("revaluations") }} WHERE tenant_id = {{ tenant }}
