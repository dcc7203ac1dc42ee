-- Of every document one text that changes when it, a payment or an allocation of it changes; those deleted count, too.
-- One more row stands for what all of them depend on: the chart of accounts, and the rules themselves.
{%- macro moment() %}CAST(EXTRACT(EPOCH FROM synced_at) * 1000000 AS BIGINT){% endmacro %}
SELECT
    document_id,
    MAX(source_table) AS source_table,
    COALESCE(MAX(CASE WHEN posts THEN 1 ELSE 0 END), 0) = 1 AS posts,
    CONCAT(COUNT(*), ':', CAST(SUM(moment) AS TEXT)) AS fingerprint
FROM (
    SELECT document_id, source_table, posts, {{ moment() }} AS moment FROM posting_documents
    UNION ALL
    -- A payment whose document we do not have stands for itself.
    SELECT COALESCE(d.document_id, p.event_id), CASE WHEN d.document_id IS NULL THEN 'payments' END, NULL,
        CAST(EXTRACT(EPOCH FROM p.synced_at) * 1000000 AS BIGINT)
    FROM posting_payments AS p LEFT JOIN posting_documents AS d ON d.document_id = p.document_id
    UNION ALL
    SELECT credit_id, NULL, NULL, {{ moment() }} FROM posting_allocations
    UNION ALL
    SELECT document_id, NULL, NULL, {{ moment() }} FROM posting_allocations WHERE document_id IS NOT NULL
) AS t
GROUP BY document_id

UNION ALL
SELECT
    'settings', 'settings', FALSE,
    CONCAT(
        '{{ rules_version }}:', base_currency, ':', (
            SELECT MD5(STRING_AGG(CONCAT(account_id, '|', code, '|', system_account), ',' ORDER BY account_id))
            FROM xero.accounts WHERE tenant_id = {{ tenant }} AND NOT is_deleted
        )
    )
FROM posting_settings
