-- Xero's journals that the ledger has not yet, or has as the record of their source no longer is: journals never change,
-- but a contact, a number or a rate may, and what reverses a journal stands under the same as the journal itself.
{%- set told = ("source_table", "document_id", "contact_id", "number", "reference", "currency_code", "currency_rate") %}
SELECT x.*
FROM (
    SELECT
        j.journal_id, j.journal_date, COALESCE(j.source_type, 'OTHER') AS source_type, j.source_id,
        s.source_table, COALESCE(s.document_id, j.source_id) AS document_id, s.contact_id, s.number,
        COALESCE(j.reference, s.reference) AS reference, s.currency_code, s.currency_rate
    FROM xero.journals AS j
    LEFT JOIN xero_sources AS s ON s.source_id = j.source_id
    WHERE j.tenant_id = {{ tenant }} AND NOT j.is_deleted
) AS x
LEFT JOIN {{ named("journals") }} AS k ON k.tenant_id = {{ tenant }} AND k.journal_id = x.journal_id
WHERE k.journal_id IS NULL
    {%- for name in told %}
    OR k.{{ name }} IS DISTINCT FROM x.{{ name }}
    {%- endfor %}
