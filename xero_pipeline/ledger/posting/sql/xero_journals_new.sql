-- Xero's journals that the ledger has not yet, with what our own posting knows of their source.
SELECT
    j.journal_id, j.journal_date, COALESCE(j.source_type, 'OTHER') AS source_type, j.source_id,
    d.source_table, COALESCE(d.document_id, j.source_id) AS document_id, d.contact_id, d.number,
    COALESCE(j.reference, d.reference) AS reference, d.currency_code, d.currency_rate
FROM xero.journals AS j
LEFT JOIN (
    SELECT source_id, MIN(journal_id) AS journal_id FROM {{ named("derived_journals") }}
    WHERE tenant_id = {{ tenant }} GROUP BY source_id
) AS s ON s.source_id = j.source_id
LEFT JOIN {{ named("derived_journals") }} AS d ON d.tenant_id = {{ tenant }} AND d.journal_id = s.journal_id
WHERE j.tenant_id = {{ tenant }} AND NOT j.is_deleted
    AND j.journal_id NOT IN (SELECT journal_id FROM {{ named("journals") }} WHERE tenant_id = {{ tenant }})
