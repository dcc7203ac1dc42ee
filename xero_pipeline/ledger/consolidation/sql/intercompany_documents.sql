-- Every document with a contact that is an organisation of the group.
SELECT
    j.tenant_id, j.document_id, j.source_type, j.journal_date, j.number, j.reference,
    COALESCE(j.currency_code, o.base_currency), c.counterpart_tenant_id
FROM {{ derived_or_own("journals") }} AS j
JOIN {{ named("intercompany_contacts") }} AS c ON c.tenant_id = j.tenant_id AND c.contact_id = j.contact_id
JOIN xero.organisations AS o ON o.tenant_id = j.tenant_id
WHERE j.journal_id = j.document_id AND j.journal_date <= {{ until }}
ORDER BY j.journal_date, j.number, j.document_id
