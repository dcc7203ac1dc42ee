DELETE FROM {{ named("journal_lines") }} WHERE tenant_id = {{ tenant }} AND source_type = '{{ account_data }}'
