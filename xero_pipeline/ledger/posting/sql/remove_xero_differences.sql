DELETE FROM {{ named("journal_differences") }} WHERE tenant_id = {{ tenant }}
