-- The class of the accounts under each heading of the trial balance: that of most accounts of the chart there, whatever the
-- heading is called; its English name where the chart has none of them.
SELECT section, class
FROM (
    SELECT
        t.section,
        COALESCE(a.class, CASE t.section
            WHEN 'Revenue' THEN 'REVENUE' WHEN 'Expenses' THEN 'EXPENSE'
            WHEN 'Assets' THEN 'ASSET' WHEN 'Liabilities' THEN 'LIABILITY' ELSE 'EQUITY'
        END) AS class,
        ROW_NUMBER() OVER (PARTITION BY t.section ORDER BY COUNT(a.class) DESC, a.class) AS place
    FROM xero.trial_balance AS t
    LEFT JOIN xero.accounts AS a ON a.tenant_id = t.tenant_id AND a.account_id = t.account_id
    WHERE t.tenant_id = {{ tenant }} AND t.line_type = 'account'
    GROUP BY t.section, a.class
) AS counted
WHERE place = 1
