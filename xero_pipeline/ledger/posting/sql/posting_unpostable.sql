-- Documents that nothing in Xero keeps from posting, but which cannot; each by its first reason.
SELECT
    d.document_id,
    CASE
        WHEN d.date IS NULL THEN 'it has no date'
        WHEN d.rate IS NULL OR d.rate <= 0 THEN CONCAT('its currency rate is missing (', d.currency_code, ')')
        WHEN d.source_table NOT IN {{ among(lines_only) }} AND d.whole_account_id IS NULL
            THEN CONCAT('no account of the chart takes its total (', COALESCE(d.whole, 'unknown type'), ')')
        WHEN d.source_table NOT IN {{ among(lines_only) }} AND d.total IS NULL THEN 'it has no total'
        WHEN f.account_id IS NOT NULL
            THEN CONCAT('what arrived in ', f.currency_code, ' is not known: its half on that account is missing')
        WHEN e.without_account IS NOT NULL AND e.without_role = 'line'
            THEN CONCAT('line ', e.without_account - {{ first_line }} + 1, ' names no account of the chart')
        WHEN e.without_account IS NOT NULL
            THEN CONCAT('no account of the chart takes its other side (', e.without_role, ')')
        ELSE CONCAT('its lines and tax do not add up to its total: ',
            CAST(CAST(ABS(COALESCE(NULLIF(o.off, 0), e.excess)) AS NUMERIC(19, 2)) AS TEXT), ' is left over')
    END AS problem
FROM posting_documents_due AS d
LEFT JOIN posting_imbalance AS e ON e.journal_id = d.document_id
LEFT JOIN posting_rounding AS o ON o.document_id = d.document_id
LEFT JOIN xero.accounts AS f ON f.tenant_id = {{ tenant }} AND f.account_id = d.other_account_id
    AND f.currency_code <> (SELECT base_currency FROM posting_settings) AND d.other_total IS NULL
WHERE d.date IS NULL OR d.rate IS NULL OR d.rate <= 0
    OR (d.source_table NOT IN {{ among(lines_only) }} AND (d.whole_account_id IS NULL OR d.total IS NULL))
    OR f.account_id IS NOT NULL
    OR e.without_account IS NOT NULL
    OR NOT o.may_round
    -- Half a cent is the most that rounding takes from a leg: the whole amount, the tax, what is withheld, the lines.
    OR ABS(e.excess) > CASE WHEN e.lines = 0 THEN 0 ELSE 0.01 * (e.lines + 2) END

UNION ALL
SELECT d.document_id, d.refused
FROM posting_documents AS d JOIN posting_changed AS x ON x.document_id = d.document_id
WHERE d.refused IS NOT NULL

UNION ALL
SELECT l.document_id, {{ sql(too_large) }}
FROM posting_oversized AS l JOIN posting_changed AS x ON x.document_id = l.document_id
JOIN posting_documents AS d ON d.document_id = l.document_id
WHERE d.posts

UNION ALL
-- Advances post nothing of their own, but a rate is needed to set them off or to pay them back.
SELECT d.document_id, CONCAT('its currency rate is missing (', d.currency_code, ')')
FROM posting_documents AS d
JOIN posting_changed AS x ON x.document_id = d.document_id
WHERE d.posts AND d.advance IS NOT NULL AND (d.rate IS NULL OR d.rate <= 0)
