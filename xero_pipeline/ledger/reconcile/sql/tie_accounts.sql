-- Every account: its class, and the account it stands for where Xero puts currency gains together. What only reports
-- know of is here, too: an account that was deleted for good keeps its balances in them.
{%- set together -%}
(SELECT MIN(account_id) FROM xero.accounts WHERE tenant_id = {{ tenant }} AND system_account IN {{ among(gains) }})
{%- endset %}
{%- set groups = "(SELECT account_id FROM tie_groups WHERE report = 'trial_balance')" %}
SELECT
    account_id, class, code, name, type, system_account, currency_code,
    CASE WHEN system_account IN {{ among(gains) }} AND EXISTS {{ groups }} THEN {{ together }} ELSE account_id END
        AS stands_for
FROM xero.accounts
WHERE tenant_id = {{ tenant }}

UNION ALL
SELECT
    t.account_id, MAX(s.class), NULL, MAX(t.account_name), NULL, NULL, NULL,
    COALESCE(CASE WHEN t.account_id IN {{ groups }} THEN {{ together }} END, t.account_id)
FROM xero.trial_balance AS t
LEFT JOIN tie_sections AS s ON s.section = t.section
WHERE t.tenant_id = {{ tenant }} AND t.line_type = 'account' AND t.account_id IS NOT NULL
    AND t.account_id NOT IN (SELECT account_id FROM xero.accounts WHERE tenant_id = {{ tenant }})
GROUP BY t.account_id
