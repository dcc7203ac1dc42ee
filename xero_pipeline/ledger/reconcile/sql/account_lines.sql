-- Lines that the Account Data API shows and no document that we know, with the month they count for.
SELECT p.number, a.stands_for AS shown_as, t.account_id, l.journal_number, l.journal_date, l.net_amount, l.document_type,
    l.description
FROM xero.account_transactions AS t
JOIN xero.account_transaction_lines AS l
    ON l.tenant_id = t.tenant_id AND l.account_month_id = t.account_month_id AND NOT l.is_deleted
JOIN tie_accounts AS a ON a.account_id = t.account_id
JOIN tie_periods AS p ON p.number > 0 AND l.journal_date > p.previous_end AND l.journal_date <= p.period_end
WHERE t.tenant_id = {{ tenant }} AND NOT t.is_deleted
    AND NOT EXISTS (
        SELECT 1 FROM {{ named("documents") }} AS d WHERE d.tenant_id = {{ tenant }} AND d.document_id = l.document_id
    )
    AND NOT EXISTS (
        SELECT 1 FROM {{ named("journals") }} AS j WHERE j.tenant_id = {{ tenant }} AND j.source_id = l.document_id
    )
    AND NOT EXISTS (
        SELECT 1 FROM xero.payments AS y WHERE y.tenant_id = {{ tenant }} AND y.payment_id = l.document_id
    )
ORDER BY l.journal_date, l.journal_number, t.account_id, l.position
