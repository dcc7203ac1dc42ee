-- Journals never change. Those that are not Xero's are of the time before they were read.
DELETE FROM {{ named("journal_lines") }}
WHERE tenant_id = {{ tenant }} AND source_type IS DISTINCT FROM 'UNEXPLAINED'
    AND journal_id NOT IN (SELECT journal_id FROM xero.journals WHERE tenant_id = {{ tenant }} AND NOT is_deleted)
