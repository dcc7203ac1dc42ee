-- By source, month and account: Xero may post a source several times, with reversals; only the sum of them counts. A
-- credit that is set off stands under the credit, for Xero has no id for setting it off.
INSERT INTO {{ named("journal_differences") }} (
    tenant_id, period_start, source_id, account_id, source_type, derived_amount, journal_amount, difference
)
SELECT {{ tenant }}, period_start, source_id, account_id, MAX(source_type), SUM(derived), SUM(journal), SUM(derived - journal)
FROM (
    SELECT
        CAST(DATE_TRUNC('month', l.journal_date) AS DATE) AS period_start,
        CASE WHEN j.settled_document_id IS NULL THEN j.source_id ELSE j.document_id END AS source_id,
        l.account_id, l.source_type, l.net_amount AS derived, 0 AS journal
    FROM {{ named("derived_journal_lines") }} AS l
    JOIN {{ named("derived_journals") }} AS j ON j.tenant_id = l.tenant_id AND j.journal_id = l.journal_id
    WHERE l.tenant_id = {{ tenant }}

    UNION ALL
    SELECT
        CAST(DATE_TRUNC('month', journal_date) AS DATE), COALESCE(source_id, '-'), account_id, source_type, 0, net_amount
    FROM {{ named("journal_lines") }}
    WHERE tenant_id = {{ tenant }} AND source_type NOT IN {{ among(without_document) }}
) AS both_kinds
GROUP BY period_start, source_id, account_id
HAVING SUM(derived - journal) <> 0
