SELECT l.*
FROM {{ lines }} AS l
WHERE l.tenant_id = {{ tenant }} AND l.journal_id IN (SELECT journal_id FROM settled_journals)
