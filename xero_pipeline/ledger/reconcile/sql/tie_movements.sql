-- What the documents moved, by account and day.
SELECT a.stands_for AS account_id, l.journal_date, SUM(l.net_amount) AS net
FROM {{ named("journal_lines") }} AS l
JOIN tie_accounts AS a ON a.account_id = l.account_id
WHERE l.tenant_id = {{ tenant }} AND l.source_type <> 'UNEXPLAINED'
GROUP BY a.stands_for, l.journal_date
