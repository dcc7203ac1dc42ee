-- Those that have a ledger. A year end that Xero does not tell is that of the calendar year.
SELECT
    o.tenant_id, n.name, o.base_currency,
    CAST(COALESCE(o.financial_year_end_day, 31) AS INTEGER), CAST(COALESCE(o.financial_year_end_month, 12) AS INTEGER),
    CAST(DATE_TRUNC('month', j.first_day) AS DATE), o.timezone, j.last_day
FROM xero.organisations AS o
JOIN {{ organisations_named }} AS n ON n.tenant_id = o.tenant_id
JOIN (SELECT tenant_id, MIN(journal_date) AS first_day, MAX(journal_date) AS last_day FROM {{ named("journals") }} GROUP BY tenant_id) AS j
    ON j.tenant_id = o.tenant_id
ORDER BY n.name, o.tenant_id
