SELECT
    t.period_start, t.period_end, 'organisation' AS source, {{ group_account | map("prefixed", "g") | join(", ") }},
    t.tenant_id, t.organisation, t.account_id, t.account_code, t.account_name,
    CAST(NULL AS TEXT) AS document_id, CAST(NULL AS TEXT) AS number, CAST(NULL AS TEXT) AS counterpart_tenant_id,
    CAST(NULL AS TEXT) AS counterpart_document_id, t.base_currency, t.base_movement, t.currency_code, t.movement
FROM {{ named("group_trial_balance") }} AS t
JOIN {{ named("group_accounts") }} AS g ON g.tenant_id = t.tenant_id AND g.account_id = t.account_id
WHERE t.movement IS DISTINCT FROM 0
UNION ALL
SELECT
    e.period_start, e.period_end, 'elimination', {{ group_account | map("prefixed", "g") | join(", ") }},
    e.tenant_id, e.organisation, e.account_id, g.account_code, g.account_name,
    e.document_id, e.number, e.counterpart_tenant_id, e.counterpart_document_id,
    e.base_currency, e.base_movement, e.currency_code, e.movement
FROM {{ named("group_eliminations") }} AS e
JOIN {{ named("group_accounts") }} AS g ON g.tenant_id = e.tenant_id AND g.account_id = e.account_id
UNION ALL
SELECT
    m.period_start, m.period_end, 'journal', {{ group_account | map("prefixed", "j") | join(", ") }},
    '', NULL, NULL, NULL, j.description, NULL, j.number, NULL, NULL, NULL, NULL, j.currency_code, j.amount
FROM {{ named("group_journals") }} AS j
JOIN (SELECT DISTINCT period_start, period_end FROM {{ named("group_balances") }}) AS m
    ON j.journal_date BETWEEN m.period_start AND m.period_end
UNION ALL
SELECT
    b.period_start, b.period_end, b.source, {{ group_account | map("prefixed", "b") | join(", ") }},
    b.tenant_id, o.name, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, b.currency_code, b.movement
FROM {{ named("group_balances") }} AS b
JOIN {{ organisations_named }} AS o ON o.tenant_id = b.tenant_id
WHERE b.source = 'minority'
