{%- if source == "account_balances" -%}
-- Xero's balances by period and account, as its Account Data API says them.
SELECT p.number, a.stands_for AS account_id, SUM(b.signed_balance) AS balance
FROM xero.account_balances AS b
JOIN tie_periods AS p ON p.period_end = b.month_end
JOIN tie_accounts AS a ON a.account_id = b.account_id
WHERE b.tenant_id = {{ tenant }} AND b.basis = '{{ basis }}' AND NOT b.is_deleted
GROUP BY p.number, a.stands_for
{%- else -%}
-- Xero's balances by period and account. Those of the evening before the first month (0) are what the month's movement
-- leaves of the balances at its end.
SELECT p.number, a.stands_for AS account_id, SUM(t.ytd_debit - t.ytd_credit) AS balance
FROM xero.trial_balance AS t
JOIN tie_periods AS p ON p.period_end = t.period_end AND p.number > 0
JOIN tie_accounts AS a ON a.account_id = t.account_id
WHERE t.tenant_id = {{ tenant }} AND t.basis = '{{ basis }}' AND t.line_type = 'account'
GROUP BY p.number, a.stands_for

UNION ALL
SELECT 0, a.stands_for, SUM(t.ytd_debit - t.ytd_credit - t.debit + t.credit)
FROM xero.trial_balance AS t
JOIN tie_periods AS p ON p.period_end = t.period_end AND p.number = 1
JOIN tie_accounts AS a ON a.account_id = t.account_id
WHERE t.tenant_id = {{ tenant }} AND t.basis = '{{ basis }}' AND t.line_type = 'account'
GROUP BY a.stands_for
{%- endif %}
