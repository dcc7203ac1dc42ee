-- Every journal sums to zero: by how much those of a month do not, whichever way. Anything else is a mistake of ours.
SELECT
    CAST(DATE_TRUNC('month', journal_date) AS DATE) AS period_start,
    CAST(DATE_TRUNC('month', journal_date) + INTERVAL '1 month' - INTERVAL '1 day' AS DATE) AS period_end,
    '-' AS account_id, 'sum' AS measure, 'All accounts' AS account_name,
    SUM(ABS(net)) AS our_amount, 0 AS xero_amount
FROM (
    SELECT journal_id, journal_date, SUM(net_amount) AS net
    FROM {{ named("journal_lines") }} WHERE tenant_id = {{ tenant }} GROUP BY journal_id, journal_date
) AS sums
GROUP BY 1, 2
