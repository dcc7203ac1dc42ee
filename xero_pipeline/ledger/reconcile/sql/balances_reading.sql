-- By how many accounts the balances of the Account Data API differ from the trial balance of the same day, by each reading of
-- what they say of income and expenses: that of the financial year, or of all years, which must have moved by as much as the
-- trial balance says of the month. Currency gains are put together where Xero does.
WITH told AS (
    SELECT a.stands_for AS account_id, SUM(t.ytd_debit - t.ytd_credit) AS balance, SUM(t.debit - t.credit) AS moved
    FROM xero.trial_balance AS t JOIN tie_accounts AS a ON a.account_id = t.account_id
    WHERE t.tenant_id = {{ tenant }} AND t.basis = 'accrual' AND t.line_type = 'account' AND t.period_end = {{ sql(day) }}
    GROUP BY a.stands_for
),
balances AS (
    SELECT
        a.stands_for AS account_id,
        SUM(CASE WHEN b.month_end = {{ sql(day) }} THEN b.signed_balance ELSE 0 END) AS balance,
        SUM(CASE WHEN b.month_end = {{ sql(day) }} THEN b.signed_balance ELSE -b.signed_balance END) AS moved
    FROM xero.account_balances AS b JOIN tie_accounts AS a ON a.account_id = b.account_id
    WHERE b.tenant_id = {{ tenant }} AND b.basis = 'accrual' AND NOT b.is_deleted
        AND b.month_end IN ({{ sql(day) }}, {{ sql(before) }})
    GROUP BY a.stands_for
)
SELECT
    SUM(CASE WHEN COALESCE(b.balance, 0) <> COALESCE(t.balance, 0) THEN 1 ELSE 0 END) AS of_year,
    SUM(CASE
        WHEN a.class IN {{ among(results) }} THEN CASE WHEN COALESCE(b.moved, 0) <> COALESCE(t.moved, 0) THEN 1 ELSE 0 END
        WHEN COALESCE(a.system_account, '') = 'RETAINEDEARNINGS' OR COALESCE(b.balance, 0) = COALESCE(t.balance, 0) THEN 0
        ELSE 1
    END) AS of_all_years
FROM tie_accounts AS a
LEFT JOIN told AS t ON t.account_id = a.account_id
LEFT JOIN balances AS b ON b.account_id = a.account_id
WHERE a.account_id = a.stands_for
