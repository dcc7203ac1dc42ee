-- The line of a report into which Xero puts the accounts of currency gains: income or expense, its id no account's and not
-- of the form of one (today FXGROUPID), in a report that shows none of those accounts itself.
{%- set of_accounts = "^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$" %}
{%- for report in ("trial_balance", "profit_and_loss") %}
{{ "UNION ALL" if not loop.first }}
SELECT '{{ report }}' AS report, account_id, MAX(account_name) AS account_name
FROM xero.{{ report }}
WHERE tenant_id = {{ tenant }} AND basis = '{{ basis }}' AND line_type = 'account' AND account_id IS NOT NULL
    AND account_id NOT IN (SELECT account_id FROM xero.accounts WHERE tenant_id = {{ tenant }})
    AND REGEXP_REPLACE(LOWER(account_id), '{{ of_accounts }}', '') <> ''
    {%- if report == "trial_balance" %}
    AND section IN (SELECT section FROM tie_sections WHERE class IN {{ among(results) }})
    {%- endif %}
    AND NOT EXISTS (
        SELECT 1 FROM xero.{{ report }} AS r JOIN xero.accounts AS a
            ON a.tenant_id = r.tenant_id AND a.account_id = r.account_id
        WHERE r.tenant_id = {{ tenant }} AND r.basis = '{{ basis }}' AND a.system_account IN {{ among(gains) }}
    )
GROUP BY account_id
{%- endfor %}
