-- What others own of organisations that the group does not own wholly: their share of each account of equity and of the
-- year's earnings goes to an account of its own; what rounding leaves is on retained earnings.
{%- set whole = "CAST(100 AS NUMERIC(19, 4))" %}
SELECT
    e.period_start, e.period_end, e.tenant_id, e.part, e.group_account_id,
    {{ share("e.movement", "o.minority", whole) }} AS movement, {{ share("e.balance", "o.minority", whole) }} AS balance
FROM (
    SELECT
        period_start, period_end, tenant_id, 'MINORITY' AS part, CAST(NULL AS TEXT) AS group_account_id,
        CAST({{ total("movement") }} AS NUMERIC(19, 4)) AS movement,
        CAST({{ total("balance") }} AS NUMERIC(19, 4)) AS balance
    FROM group_whole
    WHERE source = 'organisation' AND group_account_class IN ('EQUITY', 'REVENUE', 'EXPENSE')
    GROUP BY period_start, period_end, tenant_id
    UNION ALL
    SELECT
        period_start, period_end, tenant_id, 'MINORITY_EARNINGS', NULL,
        CAST(-{{ total("movement") }} AS NUMERIC(19, 4)), CAST(-{{ total("balance") }} AS NUMERIC(19, 4))
    FROM group_whole
    WHERE source = 'organisation' AND group_account_class IN ('REVENUE', 'EXPENSE')
    GROUP BY period_start, period_end, tenant_id
    UNION ALL
    SELECT
        period_start, period_end, tenant_id, 'equity', group_account_id,
        CAST(-{{ total("movement") }} AS NUMERIC(19, 4)), CAST(-{{ total("balance") }} AS NUMERIC(19, 4))
    FROM group_whole
    WHERE source = 'organisation' AND group_account_class = 'EQUITY' AND NOT is_retained
    GROUP BY period_start, period_end, tenant_id, group_account_id
) AS e
JOIN group_ownership AS o ON o.tenant_id = e.tenant_id
