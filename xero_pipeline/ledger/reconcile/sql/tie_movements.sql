-- What the documents moved, by account and day; on cash basis also what no document shows, which is posted by then.
SELECT a.stands_for AS account_id, l.journal_date, SUM(l.net_amount) AS net
FROM {{ lines }} AS l
JOIN tie_accounts AS a ON a.account_id = l.account_id
WHERE l.tenant_id = {{ tenant }}{% if basis == "accrual" %} AND l.source_type <> 'UNEXPLAINED'{% endif %}
GROUP BY a.stands_for, l.journal_date
