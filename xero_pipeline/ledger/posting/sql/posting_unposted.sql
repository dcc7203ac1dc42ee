-- Affected documents that cannot post, as was found just now or when they were looked at last: nothing of theirs does.
SELECT document_id FROM posting_unpostable
UNION
SELECT c.document_id
FROM posting_affected AS c JOIN {{ named("documents") }} AS s ON s.tenant_id = {{ tenant }} AND s.document_id = c.document_id
WHERE s.is_posted IS FALSE AND c.document_id NOT IN (SELECT document_id FROM posting_changed)
