-- One statement's figures side by side. What is 0 on both sides is left out. A difference has the causes of its parts if
-- they add up to it; of a bank account's movements it is at most what no document shows. Where the trial balance tells all
-- its parts already, `same_as` says so.
INSERT INTO {{ named("tie_out") }} (
    tenant_id, statement, period_start, period_end, account_id, measure, account_code, account_name, our_amount,
    xero_amount, difference, cause, same_as, is_stale
)
WITH causes AS (
    SELECT number, account_id, STRING_AGG(cause, ', ' ORDER BY cause) AS causes
    FROM (SELECT DISTINCT number, account_id, cause FROM tie_difference_parts WHERE statement = '{{ statement }}') AS t
    GROUP BY number, account_id
),
parts AS (
    SELECT
        t.number, t.account_id, SUM(t.amount) AS amount, MIN(CASE WHEN t.is_told THEN 1 ELSE 0 END) = 1 AS is_told,
        CASE WHEN MAX(CASE t.cause WHEN 'UNKNOWN' THEN 1 ELSE 0 END) = 1 THEN 'UNKNOWN' ELSE MAX(c.causes) END AS cause
    FROM tie_difference_parts AS t JOIN causes AS c ON c.number = t.number AND c.account_id = t.account_id
    WHERE t.statement = '{{ statement }}'
    GROUP BY t.number, t.account_id
),
figures AS (
    SELECT
        c.*, a.code, a.name, u.cause, u.is_told,
        u.account_id IS NOT NULL AND (
            c.our_amount - c.xero_amount = u.amount
            {%- if statement == "bank_summary" %}
            OR ABS(c.our_amount - c.xero_amount) <= ABS(u.amount)
            {%- endif %}
            -- Where months were never pulled, the trial balance tells of them together.
            OR p.previous_end + 1 < c.period_start OR c.period_end < p.period_end
        ) AS adds_up
    FROM ({{ compared }}) AS c
    LEFT JOIN tie_accounts AS a ON a.account_id = c.account_id
    LEFT JOIN tie_periods AS p ON p.period_end = c.period_end
        OR (p.number > 0 AND c.period_end > p.previous_end AND c.period_end < p.period_end)
    LEFT JOIN parts AS u ON u.number = p.number
        AND u.account_id = {% if statement == "profit_and_loss" %}c.account_id{% else %}COALESCE(a.stands_for, c.account_id){% endif %}
)
SELECT
    {{ tenant }}, '{{ statement }}', c.period_start, c.period_end, c.account_id, c.measure, c.code,
    COALESCE(c.name, c.account_name), CAST(c.our_amount AS NUMERIC(19, 4)), CAST(c.xero_amount AS NUMERIC(19, 4)),
    CAST(c.our_amount - c.xero_amount AS NUMERIC(19, 4)),
    CASE WHEN c.our_amount <> c.xero_amount THEN CASE WHEN c.adds_up THEN c.cause ELSE 'UNKNOWN' END END,
    CASE WHEN c.our_amount <> c.xero_amount AND c.adds_up AND c.is_told AND '{{ statement }}' <> 'trial_balance'
        THEN 'trial_balance' END,
    c.period_start IN {{ among(stale) }} IS TRUE
FROM figures AS c
WHERE c.our_amount <> 0 OR c.xero_amount <> 0 OR c.measure = 'sum'
