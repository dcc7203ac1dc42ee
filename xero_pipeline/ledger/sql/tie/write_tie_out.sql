-- One statement's figures side by side. What is 0 on both sides is left out; the cause is that of the account's amount
-- that no document shows in the month.
INSERT INTO {{ named("tie_out") }} (
    tenant_id, statement, period_start, period_end, account_id, measure, account_code, account_name, our_amount,
    xero_amount, difference, cause, is_stale
)
SELECT
    {{ tenant }}, '{{ statement }}', c.period_start, c.period_end, c.account_id, c.measure, a.code,
    COALESCE(a.name, c.account_name), CAST(c.our_amount AS NUMERIC(19, 4)), CAST(c.xero_amount AS NUMERIC(19, 4)),
    CAST(c.our_amount - c.xero_amount AS NUMERIC(19, 4)),
    CASE WHEN c.our_amount <> c.xero_amount THEN COALESCE(u.cause, 'UNKNOWN') END,
    c.period_start IN {{ among(stale) }} IS TRUE
FROM ({{ compared }}) AS c
LEFT JOIN tie_accounts AS a ON a.account_id = c.account_id
LEFT JOIN tie_periods AS p ON p.period_end = c.period_end
LEFT JOIN tie_unexplained AS u ON u.number = p.number AND u.account_id = COALESCE(a.stands_for, c.account_id)
WHERE c.our_amount <> 0 OR c.xero_amount <> 0 OR c.measure = 'sum'
