-- What such documents moved by month on their control account and on the accounts of their lines, and what payments and
-- allocations took off the control account: the shares they settle, turned round.
SELECT
    tenant_id, document_id, month, is_own, part, account_id,
    SUM(net_amount) AS net_amount, SUM(foreign_amount) AS foreign_amount
FROM (
    SELECT
        l.tenant_id, l.journal_id AS document_id, CAST(DATE_TRUNC('month', l.journal_date) AS DATE) AS month,
        TRUE AS is_own,
        CASE
            WHEN l.role = 'control' THEN 'control'
            WHEN a.class IN ('REVENUE', 'EXPENSE') THEN 'result'
            ELSE 'other'
        END AS part,
        l.account_id, l.net_amount, l.foreign_amount
    FROM {{ derived_or_own("journals") }} AS j
    JOIN {{ named("intercompany_contacts") }} AS c ON c.tenant_id = j.tenant_id AND c.contact_id = j.contact_id
    JOIN {{ derived_or_own("journal_lines") }} AS l ON l.tenant_id = j.tenant_id AND l.journal_id = j.journal_id
    LEFT JOIN xero.accounts AS a ON a.tenant_id = l.tenant_id AND a.account_id = l.account_id
    WHERE j.journal_id = j.document_id AND j.journal_date <= {{ until }} AND l.role IN ('control', 'line', 'rounding')
    UNION ALL
    SELECT
        s.tenant_id, s.document_id, CAST(DATE_TRUNC('month', s.journal_date) AS DATE), FALSE, 'control', s.account_id,
        -s.net_amount, -s.foreign_amount
    FROM {{ named("settled_lines") }} AS s
    JOIN {{ named("intercompany_contacts") }} AS c ON c.tenant_id = s.tenant_id AND c.contact_id = s.contact_id
    WHERE s.journal_id <> s.document_id AND s.role = 'control' AND s.journal_date <= {{ until }}
) AS lines
GROUP BY tenant_id, document_id, month, is_own, part, account_id
ORDER BY tenant_id, document_id, month, account_id
