-- Every bank account in another currency at each month end: in its own currency what its documents say, in base currency what
-- the ledger does. Xero's own journals, where they are the ledger, do not say what was moved in another currency.
SELECT p.number, a.account_id, a.currency_code, m.own AS foreign_amount, COALESCE(o.balance, 0) AS base_amount
FROM tie_periods AS p
JOIN (
    SELECT l.account_id, q.number, SUM(l.foreign_amount) AS own
    FROM tie_periods AS q
    JOIN {{ lines }} AS l ON l.tenant_id = {{ tenant }} AND l.journal_date <= q.period_end
        AND l.source_type NOT IN {{ among(without_document) }}
    WHERE l.account_id IN (
        SELECT a.account_id FROM tie_accounts AS a
        WHERE a.type = 'BANK' AND a.currency_code <> (
            SELECT base_currency FROM xero.organisations WHERE tenant_id = {{ tenant }} AND NOT is_deleted
        )
    )
    GROUP BY l.account_id, q.number
) AS m ON m.number = p.number
JOIN tie_accounts AS a ON a.account_id = m.account_id
LEFT JOIN tie_our_balances AS o ON o.number = p.number AND o.account_id = m.account_id
WHERE m.own <> 0 OR o.balance <> 0
