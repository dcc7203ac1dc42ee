-- The figures of one of Xero's reports on cash basis, or of its Account Data API, beside the ledger's. What no document shows is
-- in the ledger by then: what differs here is a rule of cash basis that is not Xero's, or Xero says two things. `same_as`: the
-- balances of the month tell it already.
INSERT INTO {{ named("tie_out") }} (
    tenant_id, statement, period_start, period_end, account_id, measure, account_code, account_name, our_amount,
    xero_amount, difference, cause, same_as, is_stale
)
SELECT
    {{ tenant }}, '{{ statement }}', c.period_start, c.period_end, c.account_id, c.measure, a.code,
    COALESCE(a.name, c.account_name), CAST(c.our_amount AS NUMERIC(19, 4)), CAST(c.xero_amount AS NUMERIC(19, 4)),
    CAST(c.our_amount - c.xero_amount AS NUMERIC(19, 4)),
    CASE WHEN c.our_amount <> c.xero_amount THEN '{{ cause }}' END,
    CASE WHEN c.our_amount <> c.xero_amount AND EXISTS (
        SELECT 1 FROM {{ named("tie_out") }} AS t
        WHERE t.tenant_id = {{ tenant }} AND t.statement = '{{ first }}' AND t.period_end = c.period_end
            -- A line that stands for several accounts differs by any of them.
            AND t.difference <> 0 AND (t.account_id = c.account_id OR a.account_id IS NULL)
    ) THEN '{{ first }}' END,
    {{ waits }}
FROM ({{ compared }}) AS c
LEFT JOIN tie_accounts AS a ON a.account_id = c.account_id
WHERE c.period_end IN {{ among(whole) }} AND (c.our_amount <> 0 OR c.xero_amount <> 0)
