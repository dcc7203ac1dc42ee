-- By account and month; the days after the end of a financial year apart from those up to it.
SELECT
    account_id, month, is_new_year,
    SUM(net_amount) AS amount, SUM(CASE WHEN is_intercompany THEN net_amount ELSE 0 END) AS intercompany
FROM (
    SELECT
        l.account_id, l.net_amount, c.contact_id IS NOT NULL AS is_intercompany,
        CAST(DATE_TRUNC('month', l.journal_date) AS DATE) AS month,
        EXTRACT(MONTH FROM l.journal_date) = {{ year_end_month }}
            AND EXTRACT(DAY FROM l.journal_date) > {{ year_end_day }} AS is_new_year
    FROM {{ named("journal_lines") }} AS l
    LEFT JOIN {{ named("intercompany_contacts") }} AS c ON c.tenant_id = l.tenant_id AND c.contact_id = l.contact_id
    WHERE l.tenant_id = {{ tenant }} AND l.journal_date <= {{ until }}
) AS m
GROUP BY account_id, month, is_new_year
