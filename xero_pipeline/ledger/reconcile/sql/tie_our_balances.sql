-- The documents' balances as a trial balance shows them: of assets, liabilities and equity since ever, of income and
-- expenses since the financial year began. What earlier years earned is on retained earnings, without any posting.
SELECT number, account_id, SUM(balance) AS balance
FROM (
    SELECT p.number, m.account_id, SUM(m.net) AS balance
    FROM tie_periods AS p
    JOIN tie_movements AS m ON m.journal_date <= p.period_end
    JOIN tie_accounts AS a ON a.account_id = m.account_id
    WHERE a.class NOT IN {{ among(results) }} OR m.journal_date >= p.year_start
    GROUP BY p.number, m.account_id

    UNION ALL
    SELECT p.number, r.account_id, SUM(m.net)
    FROM tie_periods AS p
    JOIN tie_movements AS m ON m.journal_date < p.year_start
    JOIN tie_accounts AS a ON a.account_id = m.account_id AND a.class IN {{ among(results) }}
    JOIN tie_accounts AS r ON r.system_account = 'RETAINEDEARNINGS'
    GROUP BY p.number, r.account_id
) AS both_kinds
GROUP BY number, account_id
