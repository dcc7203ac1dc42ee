-- With retained earnings: what all else leaves over. Of an organisation it is on its own account, of all else on that of
-- the leading organisation.
SELECT
    period_start, period_end, source, tenant_id, {{ group_account | join(", ") }}, FALSE AS is_retained, movement, balance
FROM group_standing
UNION ALL
SELECT
    s.period_start, s.period_end, s.source, s.whose, {{ group_account | map("prefixed", "g") | join(", ") }}, TRUE,
    -s.movement, -s.balance
FROM (
    SELECT
        period_start, period_end, source, CASE source WHEN 'organisation' THEN tenant_id ELSE '' END AS whose,
        {{ total("movement") }} AS movement, {{ total("balance") }} AS balance
    FROM group_standing
    GROUP BY period_start, period_end, source, CASE source WHEN 'organisation' THEN tenant_id ELSE '' END
) AS s
JOIN {{ named("group_accounts") }} AS g
    ON g.is_retained AND g.account_id <> 'OPENING' AND g.tenant_id = COALESCE(NULLIF(s.whose, ''), {{ leading }})
WHERE s.movement IS DISTINCT FROM 0 OR s.balance IS DISTINCT FROM 0
