-- The line of Xero's balance sheets that stands for the year's result, by month: an equity line whose id is no account's.
-- That id is not the same everywhere: zeros in Xero's specification, abababab-… in organisations of today.
WITH lines AS (
    SELECT period_end, section, COALESCE(account_id, '') AS account_id, account_name, amount
    FROM xero.balance_sheet
    WHERE tenant_id = {{ tenant }} AND basis = '{{ basis }}' AND line_type IN ('account', 'group')
),
sides AS (
    SELECT DISTINCT l.section
    FROM lines AS l JOIN xero.accounts AS a ON a.tenant_id = {{ tenant }} AND a.account_id = l.account_id
    WHERE a.class IN ('ASSET', 'LIABILITY')
)
SELECT
    period_end, section, account_id, account_name, amount,
    COALESCE(
        NULLIF(MAX(account_id) OVER (PARTITION BY period_end), ''), NULLIF(MAX(account_id) OVER (), ''), '{{ earnings }}'
    ) AS known_as
FROM lines
WHERE account_id NOT IN (SELECT account_id FROM xero.accounts WHERE tenant_id = {{ tenant }})
    -- A trial balance has every account that ever had a balance, also one that was deleted for good.
    AND account_id NOT IN (
        SELECT account_id FROM xero.trial_balance WHERE tenant_id = {{ tenant }} AND account_id IS NOT NULL
    )
    AND section NOT IN (SELECT section FROM sides)
