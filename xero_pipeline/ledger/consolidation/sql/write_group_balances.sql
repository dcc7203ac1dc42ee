INSERT INTO {{ named("group_balances") }} (
    period_start, period_end, source, tenant_id, {{ group_account | join(", ") }}, currency_code, movement, balance
)
SELECT
    period_start, period_end, source, tenant_id, {{ group_account | join(", ") }}, {{ sql(currency) }},
    {{ total("movement") }}, {{ total("balance") }}
FROM (
    SELECT period_start, period_end, source, tenant_id, {{ group_account | join(", ") }}, movement, balance FROM group_whole
    UNION ALL
    SELECT
        m.period_start, m.period_end, 'minority', m.tenant_id, {{ group_account | map("prefixed", "g") | join(", ") }},
        m.movement, m.balance
    FROM group_minority AS m
    JOIN {{ named("group_accounts") }} AS g ON g.tenant_id = m.tenant_id AND g.account_id = m.part
    UNION ALL
    SELECT DISTINCT
        m.period_start, m.period_end, 'minority', m.tenant_id, {{ group_account | map("prefixed", "g") | join(", ") }},
        m.movement, m.balance
    FROM group_minority AS m
    JOIN {{ named("group_accounts") }} AS g ON g.tenant_id = m.tenant_id AND g.group_account_id = m.group_account_id
    UNION ALL
    SELECT
        m.period_start, m.period_end, 'minority', m.tenant_id, {{ group_account | map("prefixed", "g") | join(", ") }},
        -m.movement, -m.balance
    FROM (
        SELECT
            period_start, period_end, tenant_id, {{ total("movement") }} AS movement, {{ total("balance") }} AS balance
        FROM group_minority
        GROUP BY period_start, period_end, tenant_id
    ) AS m
    JOIN {{ named("group_accounts") }} AS g ON g.tenant_id = m.tenant_id AND g.is_retained AND g.account_id <> 'OPENING'
) AS every
GROUP BY period_start, period_end, source, tenant_id, {{ group_account | join(", ") }}
HAVING {{ total("movement") }} IS DISTINCT FROM 0 OR {{ total("balance") }} IS DISTINCT FROM 0
