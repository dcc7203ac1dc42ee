-- How much of what moved on the accounts in a month the documents explain.
INSERT INTO {{ named("coverage") }} (
    tenant_id, period_start, period_end, documents_amount, unexplained_amount, explained_share
)
WITH documents AS (
    SELECT number, SUM(ABS(net)) AS amount
    FROM (
        SELECT p.number, m.account_id, SUM(m.net) AS net
        FROM tie_periods AS p
        JOIN tie_movements AS m ON m.journal_date > p.previous_end AND m.journal_date <= p.period_end
        GROUP BY p.number, m.account_id
    ) AS moved
    GROUP BY number
),
unexplained AS (
    SELECT number, SUM(ABS(amount)) AS amount FROM tie_unexplained GROUP BY number
),
both_kinds AS (
    SELECT p.*, COALESCE(d.amount, 0) AS documents, COALESCE(u.amount, 0) AS unexplained
    FROM tie_periods AS p
    LEFT JOIN documents AS d ON d.number = p.number
    LEFT JOIN unexplained AS u ON u.number = p.number
    WHERE p.number > 0
)
SELECT
    {{ tenant }}, period_start, period_end, documents, unexplained,
    -- A share, not money: the last of its digits may be rounded either way.
    CASE documents + unexplained WHEN 0 THEN 1 ELSE CAST(documents / (documents + unexplained) AS NUMERIC(20, 10)) END
FROM both_kinds
