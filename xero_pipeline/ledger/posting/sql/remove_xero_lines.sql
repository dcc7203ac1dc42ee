DELETE FROM {{ named("journal_lines") }}
WHERE tenant_id = {{ tenant }} AND journal_id IN (SELECT journal_id FROM xero_journals_gone)
