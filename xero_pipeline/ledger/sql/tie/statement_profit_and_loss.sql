-- The documents of the month; income is positive, and so is a cost. Currency gains are put together where Xero does.
WITH months AS (
    SELECT DISTINCT period_start, period_end FROM xero.report_pulls
    WHERE tenant_id = {{ tenant }} AND report = 'profit_and_loss' AND basis = 'accrual'
),
groups AS (
    SELECT account_id FROM tie_groups WHERE report = 'profit_and_loss'
),
theirs AS (
    SELECT
        period_start, period_end,
        CASE WHEN account_id IN (SELECT account_id FROM groups) THEN (SELECT MAX(account_id) FROM groups) ELSE account_id END
            AS account_id,
        MAX(account_name) AS account_name, SUM(amount) AS amount
    FROM xero.profit_and_loss
    WHERE tenant_id = {{ tenant }} AND basis = 'accrual' AND line_type = 'account' AND account_id IS NOT NULL
    GROUP BY 1, 2, 3
),
ours AS (
    SELECT
        m.period_start, m.period_end,
        CASE
            WHEN a.system_account IN {{ among(gains) }} THEN COALESCE((SELECT MAX(account_id) FROM groups), a.account_id)
            ELSE a.account_id
        END AS account_id,
        CASE a.class WHEN 'REVENUE' THEN -l.net_amount ELSE l.net_amount END AS amount
    FROM months AS m
    JOIN {{ named("journal_lines") }} AS l
        ON l.tenant_id = {{ tenant }} AND l.journal_date BETWEEN m.period_start AND m.period_end
    JOIN tie_accounts AS a ON a.account_id = l.account_id AND a.class IN {{ among(results) }}
    WHERE l.source_type <> 'UNEXPLAINED'
),
summed AS (
    SELECT period_start, period_end, account_id, SUM(amount) AS amount
    FROM ours GROUP BY period_start, period_end, account_id
)
SELECT
    COALESCE(o.period_start, t.period_start) AS period_start, COALESCE(o.period_end, t.period_end) AS period_end,
    COALESCE(o.account_id, t.account_id) AS account_id, 'amount' AS measure, t.account_name,
    COALESCE(o.amount, 0) AS our_amount, COALESCE(t.amount, 0) AS xero_amount
FROM summed AS o
FULL JOIN theirs AS t
    ON t.period_start = o.period_start AND t.period_end = o.period_end AND t.account_id = o.account_id
