-- What changed documents posted in locked months until now, beside what they are about to post: by source, month and
-- account, where the two differ. A source that was noted before is followed wherever it was locked then, for books are
-- unlocked to put it back.
WITH differing AS (
    SELECT document_id FROM posting_changed WHERE differs AND document_id <> 'settings'
),
legs AS (
    SELECT
        j.source_table, j.source_id, j.source_type, j.document_id, j.settled_document_id, j.number, j.contact_id,
        j.journal_date, l.account_id, l.net_amount AS net_before, 0 AS net_after, 1 AS legs_before, 0 AS legs_after
    FROM {{ journals }} AS j JOIN {{ lines }} AS l ON l.tenant_id = j.tenant_id AND l.journal_id = j.journal_id
    WHERE j.tenant_id = {{ tenant }} AND j.source_type <> 'UNEXPLAINED'
        AND (j.document_id IN (SELECT document_id FROM differing)
            OR j.settled_document_id IN (SELECT document_id FROM differing))

    UNION ALL
    SELECT
        j.source_table, j.source_id, j.source_type, j.document_id, j.settled_document_id, j.number, j.contact_id,
        j.journal_date, l.account_id, 0, l.net, 0, 1
    FROM posting_journals AS j JOIN posting_legs AS l ON l.journal_id = j.journal_id
    WHERE j.document_id IN (SELECT document_id FROM differing)
        OR j.settled_document_id IN (SELECT document_id FROM differing)
),
known AS (
    SELECT
        l.*,
        SUM(l.legs_before) OVER (PARTITION BY l.source_table, l.source_id) > 0 AS was_posted,
        COALESCE(l.journal_date <= {{ lock_date }}, FALSE) AS is_locked,
        COALESCE(l.journal_date <= n.lock_date, FALSE) AS is_followed
    FROM legs AS l LEFT JOIN (
        SELECT source_table, source_id, MAX(lock_date) AS lock_date
        FROM xero.locked_document_changes WHERE tenant_id = {{ tenant }} GROUP BY source_table, source_id
    ) AS n ON n.source_table = l.source_table AND n.source_id = l.source_id
),
amounts AS (
    SELECT
        source_table, source_id, CAST(DATE_TRUNC('month', journal_date) AS DATE) AS period_start, account_id,
        MAX(source_type) AS source_type, MAX(document_id) AS document_id,
        MAX(settled_document_id) AS settled_document_id, MAX(number) AS number, MAX(contact_id) AS contact_id,
        MAX(CASE WHEN was_posted THEN 1 ELSE 0 END) = 1 AS was_posted,
        MAX(CASE WHEN is_locked THEN 1 ELSE 0 END) = 1 AS was_locked,
        SUM(net_before) AS amount_before, SUM(net_after) AS amount_after,
        SUM(SUM(legs_before)) OVER month_of_source AS legs_before,
        SUM(SUM(legs_after)) OVER month_of_source AS legs_after
    FROM known
    WHERE is_locked OR is_followed
    GROUP BY source_table, source_id, CAST(DATE_TRUNC('month', journal_date) AS DATE), account_id
    WINDOW month_of_source AS (
        PARTITION BY source_table, source_id, CAST(DATE_TRUNC('month', journal_date) AS DATE)
    )
)
SELECT * FROM amounts WHERE amount_before <> amount_after
