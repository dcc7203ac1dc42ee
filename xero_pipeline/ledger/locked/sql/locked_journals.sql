-- The journals of changed documents on locked days: those that give way (`was`), and those that come. A source that was
-- noted before is followed as far as it was locked then, for books are unlocked to put it back.
WITH differing AS (
    SELECT document_id FROM posting_changed WHERE differs AND document_id <> 'settings'
),
journals AS (
    {%- for table, was in ((journals, "TRUE"), ("posting_journals", "FALSE")) %}
    {{ "UNION ALL" if not loop.first }}
    SELECT
        journal_id, {{ was }} AS was, journal_date, source_table, source_id, source_type, document_id,
        settled_document_id, number, contact_id
    FROM {{ table }}
    WHERE (document_id IN (SELECT document_id FROM differing)
            OR settled_document_id IN (SELECT document_id FROM differing))
        {{- " AND source_type NOT IN " ~ among(without_document) ~ " AND tenant_id = " ~ tenant if loop.first }}
    {%- endfor %}
),
known AS (
    SELECT
        j.*,
        MAX(CASE WHEN j.was THEN 1 ELSE 0 END) OVER (PARTITION BY j.source_table, j.source_id) = 1 AS was_posted,
        COALESCE(j.journal_date <= {{ lock_date }}, FALSE) AS is_locked,
        COALESCE(j.journal_date <= n.lock_date, FALSE) AS is_followed
    FROM journals AS j LEFT JOIN (
        SELECT source_table, source_id, MAX(lock_date) AS lock_date
        FROM xero.locked_document_changes WHERE tenant_id = {{ tenant }} GROUP BY source_table, source_id
    ) AS n ON n.source_table = j.source_table AND n.source_id = j.source_id
)
SELECT * FROM known WHERE is_locked OR is_followed
