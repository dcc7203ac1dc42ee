-- The journals of the documents that are looked at: their own, those of their payments and of allocations on either side.
SELECT j.*
FROM {{ journals }} AS j
WHERE j.tenant_id = {{ tenant }} AND (
    j.document_id IN (SELECT document_id FROM posting_affected)
    OR j.settled_document_id IN (SELECT document_id FROM posting_affected)
)
