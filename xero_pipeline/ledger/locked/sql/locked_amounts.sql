-- What those journals say by source, month and account, where it is not what it was.
WITH legs AS (
    SELECT j.*, l.account_id, l.net_amount AS net_before, 0 AS net_after
    FROM locked_journals AS j JOIN {{ lines }} AS l ON l.journal_id = j.journal_id
    WHERE j.was AND l.tenant_id = {{ tenant }}

    UNION ALL
    SELECT j.*, l.account_id, 0, l.net
    FROM locked_journals AS j JOIN posting_legs AS l ON l.journal_id = j.journal_id
    WHERE NOT j.was
),
amounts AS (
    SELECT
        source_table, source_id, CAST(DATE_TRUNC('month', journal_date) AS DATE) AS period_start, account_id,
        MAX(source_type) AS source_type, MAX(document_id) AS document_id,
        MAX(settled_document_id) AS settled_document_id, MAX(number) AS number, MAX(contact_id) AS contact_id,
        MAX(CASE WHEN was_posted THEN 1 ELSE 0 END) = 1 AS was_posted,
        MAX(CASE WHEN is_locked THEN 1 ELSE 0 END) = 1 AS was_locked,
        SUM(net_before) AS amount_before, SUM(net_after) AS amount_after,
        SUM(SUM(CASE WHEN was THEN 1 ELSE 0 END)) OVER month_of_source AS legs_before,
        SUM(SUM(CASE WHEN was THEN 0 ELSE 1 END)) OVER month_of_source AS legs_after
    FROM legs
    GROUP BY source_table, source_id, CAST(DATE_TRUNC('month', journal_date) AS DATE), account_id
    WINDOW month_of_source AS (
        PARTITION BY source_table, source_id, CAST(DATE_TRUNC('month', journal_date) AS DATE)
    )
)
SELECT * FROM amounts WHERE amount_before <> amount_after
