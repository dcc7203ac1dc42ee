-- What stands at the end of each month but on retained earnings: of income and expenses since the group's financial year
-- began; of eliminations and group journals all that moved; of organisations what their own balance says.
SELECT
    m.period_start, m.period_end, v.source, v.tenant_id, {{ group_account | map("prefixed", "v") | join(", ") }},
    {{ total("CASE WHEN v.period_start = m.period_start THEN v.movement ELSE 0 END") }} AS movement,
    {{ total("v.movement") }} AS balance
FROM group_months AS m
-- By way of the months, of which there are few: joined with all that moved by a comparison, many organisations take long.
JOIN (SELECT DISTINCT period_start FROM group_moved) AS e ON e.period_start <= m.period_start
JOIN group_moved AS v ON v.period_start = e.period_start AND NOT v.is_retained
    AND CASE WHEN v.is_result THEN v.period_start >= m.year_start ELSE v.source <> 'organisation' END
GROUP BY m.period_start, m.period_end, v.source, v.tenant_id, {{ group_account | map("prefixed", "v") | join(", ") }}
UNION ALL
SELECT
    m.period_start, m.period_end, v.source, v.tenant_id, {{ group_account | map("prefixed", "v") | join(", ") }},
    v.movement, v.balance
FROM group_months AS m
JOIN group_moved AS v ON v.period_start = m.period_start
WHERE v.source = 'organisation' AND NOT v.is_result AND NOT v.is_retained
