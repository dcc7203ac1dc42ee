-- Every account: its class, and the account it stands for where Xero puts currency gains together. What only reports
-- know of is here, too: an account that was deleted for good keeps its balances in them.
{%- set together -%}
(SELECT MIN(account_id) FROM xero.accounts WHERE tenant_id = {{ tenant }} AND system_account IN {{ among(gains) }})
{%- endset %}
SELECT
    account_id, class, code, name, type, system_account, currency_code,
    CASE
        WHEN system_account IN {{ among(gains) }} AND EXISTS (
            SELECT 1 FROM xero.trial_balance WHERE tenant_id = {{ tenant }} AND account_id = '{{ grouped }}'
        ) THEN {{ together }}
        ELSE account_id
    END AS stands_for
FROM xero.accounts
WHERE tenant_id = {{ tenant }}

UNION ALL
SELECT
    account_id,
    MAX(CASE section
        WHEN 'Revenue' THEN 'REVENUE' WHEN 'Expenses' THEN 'EXPENSE'
        WHEN 'Assets' THEN 'ASSET' WHEN 'Liabilities' THEN 'LIABILITY' ELSE 'EQUITY'
    END),
    NULL, MAX(account_name), NULL, NULL, NULL,
    CASE account_id WHEN '{{ grouped }}' THEN {{ together }} ELSE account_id END
FROM xero.trial_balance
WHERE tenant_id = {{ tenant }} AND line_type = 'account' AND account_id IS NOT NULL
    AND account_id NOT IN (SELECT account_id FROM xero.accounts WHERE tenant_id = {{ tenant }})
GROUP BY account_id
