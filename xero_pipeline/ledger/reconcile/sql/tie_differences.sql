-- For every account and period both balances, and the part of their difference that arose in the period.
WITH gaps AS (
    SELECT
        p.number, p.new_year, a.account_id, a.class, a.system_account,
        COALESCE(t.balance, 0) AS xero_balance,
        COALESCE(o.balance, 0) AS our_balance,
        COALESCE(t.balance, 0) - COALESCE(o.balance, 0) AS gap
    FROM tie_periods AS p
    CROSS JOIN tie_accounts AS a
    LEFT JOIN tie_xero_balances AS t ON t.number = p.number AND t.account_id = a.account_id
    LEFT JOIN tie_our_balances AS o ON o.number = p.number AND o.account_id = a.account_id
    WHERE a.account_id = a.stands_for
),
beside AS (
    SELECT
        g.*,
        SUM(CASE WHEN class IN {{ among(results) }} THEN gap ELSE 0 END) OVER (PARTITION BY number) AS results_gap
    FROM gaps AS g
),
after AS (
    SELECT
        b.*,
        COALESCE(LAG(gap) OVER (PARTITION BY account_id ORDER BY number), 0) AS gap_before,
        COALESCE(LAG(results_gap) OVER (PARTITION BY account_id ORDER BY number), 0) AS results_gap_before
    FROM beside AS b
)
SELECT
    number, account_id, class, xero_balance, our_balance,
    CAST(gap - CASE
        -- A new year begins income and expenses at zero; the gaps of the old one turn up on retained earnings.
        WHEN new_year AND class IN {{ among(results) }} THEN 0
        WHEN new_year AND system_account = 'RETAINEDEARNINGS' THEN gap_before + results_gap_before
        ELSE gap_before
    END AS NUMERIC(19, 4)) AS arisen
FROM after
