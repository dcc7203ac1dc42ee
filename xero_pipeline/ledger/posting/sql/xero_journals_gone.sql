-- What is written again, and what is not Xero's: that is of the time before its journals were read.
SELECT journal_id FROM xero_journals_due
UNION
SELECT k.journal_id
FROM {{ named("journals") }} AS k
LEFT JOIN xero.journals AS j ON j.tenant_id = {{ tenant }} AND j.journal_id = k.journal_id AND NOT j.is_deleted
WHERE k.tenant_id = {{ tenant }} AND k.source_type IS DISTINCT FROM 'UNEXPLAINED' AND j.journal_id IS NULL
