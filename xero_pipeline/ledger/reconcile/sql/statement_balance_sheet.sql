-- Balances of the months whose trial balance is there, too; assets are positive, and so is what is owed.
WITH months AS (
    SELECT p.* FROM tie_periods AS p
    WHERE p.number > 0 AND p.period_end IN (
        SELECT period_end FROM xero.report_pulls
        WHERE tenant_id = {{ tenant }} AND report = 'balance_sheet' AND basis = '{{ basis }}'
    )
),
ours AS (
    SELECT
        m.period_start, m.period_end, g.account_id,
        CASE g.class WHEN 'ASSET' THEN g.xero_balance - g.arisen ELSE g.arisen - g.xero_balance END AS amount
    FROM months AS m JOIN tie_differences AS g ON g.number = m.number AND g.class NOT IN {{ among(results) }}

    UNION ALL
    -- The year's result, under the id that Xero gives it in the month's report.
    SELECT
        m.period_start, m.period_end,
        COALESCE(
            (SELECT MAX(e.known_as) FROM tie_earnings AS e WHERE e.period_end = m.period_end),
            (SELECT MAX(known_as) FROM tie_earnings),
            '{{ earnings }}'
        ),
        SUM(g.arisen - g.xero_balance)
    FROM months AS m JOIN tie_differences AS g ON g.number = m.number AND g.class IN {{ among(results) }}
    GROUP BY m.period_start, m.period_end
),
theirs AS (
    SELECT r.period_start, r.period_end, r.account_id, MAX(r.account_name) AS account_name, SUM(r.amount) AS amount
    FROM xero.balance_sheet AS r
    JOIN months AS m ON m.period_end = r.period_end
    LEFT JOIN tie_earnings AS e ON e.period_end = r.period_end AND e.account_id = r.account_id
    WHERE r.tenant_id = {{ tenant }} AND r.basis = '{{ basis }}' AND r.line_type = 'account' AND r.account_id IS NOT NULL
        AND e.account_id IS NULL
    GROUP BY r.period_start, r.period_end, r.account_id

    UNION ALL
    SELECT m.period_start, m.period_end, e.known_as, MAX(e.account_name), SUM(e.amount)
    FROM tie_earnings AS e JOIN months AS m ON m.period_end = e.period_end
    GROUP BY m.period_start, m.period_end, e.known_as
)
SELECT
    COALESCE(o.period_start, t.period_start) AS period_start, COALESCE(o.period_end, t.period_end) AS period_end,
    COALESCE(o.account_id, t.account_id) AS account_id, 'balance' AS measure, t.account_name,
    COALESCE(o.amount, 0) AS our_amount, COALESCE(t.amount, 0) AS xero_amount
FROM ours AS o
FULL JOIN theirs AS t
    ON t.period_start = o.period_start AND t.period_end = o.period_end AND t.account_id = o.account_id
