INSERT INTO {{ named("documents") }} (tenant_id, document_id, source_table, posts, is_posted, problem, note, fingerprint)
SELECT
    {{ tenant }}, n.document_id, n.source_table, n.posts, n.posts AND u.document_id IS NULL, f.problem,
    CASE
        WHEN o.posts AND o.rate_source IS NOT NULL
            THEN CONCAT('its currency rate is missing (', o.currency_code, '): ', o.rate, ' is used, ', o.rate_source)
        WHEN o.posts AND o.status IS NULL AND o.source_table <> 'bank_transfers'
            THEN 'its status is missing: it counts as AUTHORISED'
    END,
    n.fingerprint
FROM posting_fingerprints AS n
JOIN posting_changed AS d ON d.document_id = n.document_id
LEFT JOIN posting_documents AS o ON o.document_id = n.document_id
LEFT JOIN posting_unposted AS u ON u.document_id = n.document_id
LEFT JOIN (
    SELECT document_id, MIN(problem) AS problem
    FROM (
        SELECT document_id, problem FROM posting_unpostable
        UNION ALL
        SELECT document_id, problem FROM posting_refused
        UNION ALL
        SELECT document_id, problem FROM posting_unpostable_settlements
    ) AS problems
    GROUP BY document_id
) AS f ON f.document_id = n.document_id
