-- The months of some days in which a statement was compared with Xero's report: those with a figure that waits for no report,
-- and those in which neither side has a figure, if the report was pulled and the month's trial balance was compared.
WITH told AS (
    SELECT DISTINCT statement, period_start, is_stale FROM {{ named("tie_out") }}
    WHERE tenant_id = {{ tenant }} AND period_start BETWEEN {{ sql(first) }} AND {{ sql(last) }}
),
pulled AS (
    SELECT DISTINCT
        report || CASE basis WHEN 'cash' THEN '_cash' ELSE '' END AS statement, period_start,
        'trial_balance' || CASE basis WHEN 'cash' THEN '_cash' ELSE '' END AS balances
    FROM xero.report_pulls
    WHERE tenant_id = {{ tenant }} AND period_start BETWEEN {{ sql(first) }} AND {{ sql(last) }}
)
SELECT statement, period_start FROM told WHERE NOT is_stale

UNION
SELECT p.statement, p.period_start
FROM pulled AS p
JOIN told AS b ON b.statement = p.balances AND b.period_start = p.period_start AND NOT b.is_stale
WHERE NOT EXISTS (SELECT 1 FROM told AS t WHERE t.statement = p.statement AND t.period_start = p.period_start)
