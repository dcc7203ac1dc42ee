SELECT
    l.account_id, a.code, COALESCE(a.name, l.account_id), a.class, a.type, a.system_account,
    a.reporting_code, a.reporting_code_name
FROM (
    SELECT account_id FROM xero.accounts WHERE tenant_id = {{ tenant }}
    UNION
    SELECT account_id FROM {{ named("journal_lines") }} WHERE tenant_id = {{ tenant }}
) AS l
LEFT JOIN xero.accounts AS a ON a.tenant_id = {{ tenant }} AND a.account_id = l.account_id
ORDER BY a.code, a.name, l.account_id
