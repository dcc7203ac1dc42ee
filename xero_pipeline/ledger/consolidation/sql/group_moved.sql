-- What moved on each account of the group, by source and organisation; balances of organisations come along.
SELECT
    source, tenant_id, {{ group_account | join(", ") }}, is_retained,
    group_account_class IN ('REVENUE', 'EXPENSE') AS is_result, period_start,
    {{ total("movement") }} AS movement, {{ total("balance") }} AS balance
FROM (
    SELECT
        'organisation' AS source, t.tenant_id, {{ group_account | map("prefixed", "g") | join(", ") }}, g.is_retained,
        t.period_start, t.movement, t.balance
    FROM {{ named("group_trial_balance") }} AS t
    JOIN {{ named("group_accounts") }} AS g ON g.tenant_id = t.tenant_id AND g.account_id = t.account_id
    UNION ALL
    SELECT
        'elimination', e.tenant_id, {{ group_account | map("prefixed", "g") | join(", ") }}, g.is_retained,
        e.period_start, e.movement, 0
    FROM {{ named("group_eliminations") }} AS e
    JOIN {{ named("group_accounts") }} AS g ON g.tenant_id = e.tenant_id AND g.account_id = e.account_id
    UNION ALL
    SELECT
        'journal', '', {{ group_account | map("prefixed", "j") | join(", ") }},
        j.group_account_id IN (
            SELECT group_account_id FROM {{ named("group_accounts") }} WHERE tenant_id = {{ leading }} AND is_retained
        ),
        CAST(DATE_TRUNC('month', j.journal_date) AS DATE), j.amount, 0
    FROM {{ named("group_journals") }} AS j
) AS lines
GROUP BY source, tenant_id, {{ group_account | join(", ") }}, is_retained, period_start
