-- The open bills, credits and overpayments at the close of the month's last day, their revaluation on that day, what no
-- document showed and what rounding left until the month began, against the balance of the account they stand on.
SELECT
    p.period_start, p.period_end, a.account_id, 'open_documents' AS measure, a.name AS account_name,
    COALESCE((
        SELECT SUM(o.open_amount_base) FROM {{ named("aged_payables") }} AS o
        WHERE o.tenant_id = {{ tenant }} AND o.as_of = p.period_end
    ), 0) + COALESCE((
        SELECT -SUM(u.amount) FROM tie_unexplained AS u
        WHERE u.number < p.number AND u.account_id = a.account_id
    ), 0) + COALESCE((
        SELECT SUM(-v.net_amount) FROM {{ named("journal_lines") }} AS v
        WHERE v.tenant_id = {{ tenant }} AND v.account_id = a.account_id AND v.journal_date = p.period_end
            AND v.source_type = '{{ revalued[0] }}'
    ), 0) + COALESCE((
        SELECT SUM(r.amount) FROM tie_rounding AS r WHERE r.side = 'payables' AND r.day <= p.previous_end
    ), 0) AS our_amount,
    -g.xero_balance AS xero_amount
FROM tie_periods AS p
JOIN tie_accounts AS a ON a.system_account = 'CREDITORS'
JOIN tie_differences AS g ON g.number = p.number AND g.account_id = a.account_id
WHERE p.number > 0 AND p.period_start <= (
    -- Of later days no open documents are written: nothing was posted after it.
    SELECT MAX(journal_date) FROM {{ named("journals") }} WHERE tenant_id = {{ tenant }} AND source_type NOT IN {{ among(without_document) }}
)
