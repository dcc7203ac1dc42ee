-- One row: the base currency, and the accounts that Xero itself posts to.
SELECT
    o.base_currency,
    {%- for part in system_accounts %}
    MAX(CASE WHEN a.system_account = '{{ part }}' THEN a.account_id END) AS {{ part.lower() }}{{ "," if not loop.last }}
    {%- endfor %}
FROM xero.organisations AS o
LEFT JOIN xero.accounts AS a ON a.tenant_id = o.tenant_id AND NOT a.is_deleted
WHERE o.tenant_id = {{ tenant }}
GROUP BY o.base_currency
