INSERT INTO {{ named("documents") }} (tenant_id, document_id, source_table, posts, problem, fingerprint)
SELECT {{ tenant }}, n.document_id, n.source_table, n.posts, f.problem, n.fingerprint
FROM posting_now AS n
JOIN posting_dirty AS d ON d.document_id = n.document_id
LEFT JOIN (
    SELECT document_id, MIN(problem) AS problem
    FROM (
        SELECT document_id, problem FROM posting_faults
        UNION ALL
        SELECT document_id, problem FROM posting_stuck
    ) AS problems
    GROUP BY document_id
) AS f ON f.document_id = n.document_id
