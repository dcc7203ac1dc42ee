-- The balance Xero's trial balance shows, against the one before and what the documents of the month come to.
SELECT
    p.period_start, p.period_end, g.account_id, 'balance' AS measure, CAST(NULL AS TEXT) AS account_name,
    g.xero_balance - g.arisen AS our_amount,
    g.xero_balance AS xero_amount
FROM tie_differences AS g JOIN tie_periods AS p ON p.number = g.number
