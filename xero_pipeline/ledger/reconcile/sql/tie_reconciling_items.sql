-- What no document shows, by period and account, with all that its cause is told by (`cause_rules.py`).
SELECT
    g.number, g.account_id, g.arisen AS amount, g.xero_balance AS balance, a.type, a.class, a.system_account, a.name,
    g.number <= (SELECT COALESCE(MIN(number), 0) FROM tie_xero_balances WHERE balance <> 0) AS begins
FROM tie_differences AS g
JOIN tie_accounts AS a ON a.account_id = g.account_id
WHERE g.arisen <> 0
ORDER BY g.number, g.account_id
