-- The account of every code: older lines name their account by its code alone.
SELECT code, MIN(account_id) AS account_id
FROM xero.accounts
WHERE tenant_id = {{ tenant }} AND code <> '' AND NOT is_deleted
GROUP BY code
