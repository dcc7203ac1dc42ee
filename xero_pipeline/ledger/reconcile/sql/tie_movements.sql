-- What the documents moved, by account and day; beside what else Xero says also what no document shows, posted by then.
SELECT a.stands_for AS account_id, l.journal_date, SUM(l.net_amount) AS net
FROM {{ lines }} AS l
JOIN tie_accounts AS a ON a.account_id = l.account_id
WHERE l.tenant_id = {{ tenant }}{% if basis == "accrual" and source == "trial_balance" %} AND l.source_type <> 'UNEXPLAINED'{% endif %}
GROUP BY a.stands_for, l.journal_date
