-- The documents of the month, on cash basis also what none of them shows; income is positive, and so is a cost. Currency
-- gains are put together where Xero does.
WITH months AS (
    SELECT DISTINCT period_start, period_end FROM xero.report_pulls
    WHERE tenant_id = {{ tenant }} AND report = 'profit_and_loss' AND basis = '{{ basis }}'
),
groups AS (
    SELECT account_id FROM tie_groups WHERE report = 'profit_and_loss'
),
-- In some countries costs may have the other sign: the trial balance of the month tells.
signs AS (
    SELECT
        r.period_end,
        CASE WHEN SUM(CASE WHEN r.amount = t.credit - t.debit THEN 1 ELSE 0 END)
            > SUM(CASE WHEN r.amount = t.debit - t.credit THEN 1 ELSE 0 END) THEN -1 ELSE 1 END AS sign
    FROM xero.profit_and_loss AS r
    JOIN xero.trial_balance AS t ON t.tenant_id = r.tenant_id AND t.period_end = r.period_end
        AND t.account_id = r.account_id AND t.basis = r.basis
    JOIN tie_accounts AS a ON a.account_id = r.account_id AND a.class = 'EXPENSE'
    WHERE r.tenant_id = {{ tenant }} AND r.basis = '{{ basis }}' AND r.line_type = 'account' AND r.amount <> 0
    GROUP BY r.period_end
),
theirs AS (
    SELECT
        r.period_start, r.period_end,
        CASE WHEN r.account_id IN (SELECT account_id FROM groups) THEN (SELECT MAX(account_id) FROM groups)
            ELSE r.account_id END AS account_id,
        MAX(r.account_name) AS account_name,
        SUM(r.amount * CASE a.class WHEN 'REVENUE' THEN 1
            ELSE COALESCE(s.sign, (SELECT MAX(sign) FROM signs), 1) END) AS amount
    FROM xero.profit_and_loss AS r
    LEFT JOIN tie_accounts AS a ON a.account_id = r.account_id
    LEFT JOIN signs AS s ON s.period_end = r.period_end
    WHERE r.tenant_id = {{ tenant }} AND r.basis = '{{ basis }}' AND r.line_type = 'account' AND r.account_id IS NOT NULL
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
    JOIN {{ lines }} AS l
        ON l.tenant_id = {{ tenant }} AND l.journal_date BETWEEN m.period_start AND m.period_end
    JOIN tie_accounts AS a ON a.account_id = l.account_id AND a.class IN {{ among(results) }}
    {%- if basis == "accrual" %}
    WHERE l.source_type <> 'UNEXPLAINED'
    {%- endif %}
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
