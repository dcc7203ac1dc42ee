-- The documents whose state is not the one the ledger was made of: new, changed or gone; all, when the settings changed.
-- `differs` tells which of all are changed themselves.
WITH stored AS (
    SELECT document_id, fingerprint FROM {{ named("documents") }} WHERE tenant_id = {{ tenant }}
),
differing AS (
    SELECT COALESCE(n.document_id, s.document_id) AS document_id, n.fingerprint IS DISTINCT FROM s.fingerprint AS differs
    FROM posting_fingerprints AS n FULL JOIN stored AS s ON s.document_id = n.document_id
)
SELECT document_id, differs
FROM differing
WHERE differs OR EXISTS (SELECT 1 FROM differing WHERE document_id = 'settings' AND differs)
