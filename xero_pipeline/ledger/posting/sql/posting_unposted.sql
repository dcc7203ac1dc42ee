-- Documents of the circle that cannot post, as was found just now or when they were looked at last: nothing of theirs does.
SELECT document_id FROM posting_faults
UNION
SELECT c.document_id
FROM posting_circle AS c JOIN {{ named("documents") }} AS s ON s.tenant_id = {{ tenant }} AND s.document_id = c.document_id
WHERE s.is_posted IS FALSE AND c.document_id NOT IN (SELECT document_id FROM posting_dirty)
