DELETE FROM {{ named("tie_out") }} WHERE tenant_id = {{ tenant }}
