-- Every balance of Xero's trial balance on cash basis, against the one before and what the ledger moved on cash basis. What no
-- document shows is in the ledger by then: what differs here is a rule of cash basis that is not Xero's.
INSERT INTO {{ named("tie_out") }} (
    tenant_id, statement, period_start, period_end, account_id, measure, account_code, account_name, our_amount,
    xero_amount, difference, cause, same_as, is_stale
)
SELECT
    {{ tenant }}, 'trial_balance_cash', p.period_start, p.period_end, g.account_id, 'balance', a.code, a.name,
    CAST(g.xero_balance - g.arisen AS NUMERIC(19, 4)), CAST(g.xero_balance AS NUMERIC(19, 4)), -g.arisen,
    CASE WHEN g.arisen <> 0 THEN 'CASH BASIS' END, NULL, FALSE
FROM tie_differences AS g
JOIN tie_periods AS p ON p.number = g.number
JOIN tie_accounts AS a ON a.account_id = g.account_id
WHERE g.xero_balance <> 0 OR g.arisen <> 0
