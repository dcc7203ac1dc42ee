-- Payments and allocations that cannot post, with the document that is told of it; each by its first reason. Only two rates
-- leave a gain: what is left over without another currency is a document that is wrong.
SELECT e.event_id, e.document_id,
    CASE
        WHEN e.date IS NULL THEN CONCAT(e.what, ' of it has no date')
        WHEN e.amount IS NULL THEN CONCAT(e.what, ' of it has no amount')
        WHEN s.role = 'line' OR e.without_lines THEN 'no account of the chart takes what it was paid for in advance'
        WHEN s.role IS NOT NULL THEN CONCAT('no account of the chart takes ', e.what, ' of it (', s.role, ')')
        WHEN e.is_foreign THEN 'there is no account for realised currency gains (REALISEDCURRENCYGAIN)'
        ELSE CONCAT(e.what, ' of it does not balance: ', CAST(CAST(ABS(b.left_over) AS NUMERIC(19, 2)) AS TEXT),
            ' is left over')
    END AS problem
FROM (
    SELECT p.event_id, p.document_id, p.date, p.amount, 'a payment' AS what,
        d.currency_code <> t.base_currency OR a.currency_code <> t.base_currency AS is_foreign,
        d.advance = 'prepayments' AND d.document_id NOT IN (SELECT document_id FROM posting_lines) AS without_lines
    FROM posting_payments_due AS p
    JOIN posting_documents AS d ON d.document_id = p.document_id
    CROSS JOIN posting_settings AS t
    LEFT JOIN xero.accounts AS a ON a.tenant_id = {{ tenant }} AND a.account_id = p.account_id
    UNION ALL
    SELECT p.event_id, p.credit_id, p.date, p.amount, 'an allocation',
        c.currency_code <> t.base_currency,
        c.advance = 'prepayments' AND c.document_id NOT IN (SELECT document_id FROM posting_lines)
    FROM posting_allocations_due AS p
    JOIN posting_documents AS c ON c.document_id = p.credit_id
    CROSS JOIN posting_settings AS t
) AS e
LEFT JOIN (
    SELECT journal_id, SUM(net) AS left_over FROM posting_settlement_legs GROUP BY journal_id HAVING SUM(net) <> 0
) AS b ON b.journal_id = e.event_id
LEFT JOIN (
    SELECT journal_id, MIN(role) AS role FROM posting_settlement_legs
    WHERE account_id IS NULL AND (net <> 0 OR foreign_net <> 0) GROUP BY journal_id
) AS s ON s.journal_id = e.event_id
CROSS JOIN posting_settings AS g
WHERE e.date IS NULL OR e.amount IS NULL OR e.without_lines OR s.role IS NOT NULL
    OR (b.left_over <> 0 AND (NOT COALESCE(e.is_foreign, FALSE) OR g.realisedcurrencygain IS NULL))
