-- What stands on {{ system_account }} of every contact, after the last journal of the last translated month.
SELECT
    b.tenant_id, o.name AS organisation, b.contact_id, c.name AS contact_name, i.contact_id IS NOT NULL AS is_intercompany,
    i.counterpart_tenant_id, i.counterpart, o.base_currency, b.amount AS base_amount, b.currency_code, b.rate,
    {{ at_rate("b.amount", "b.rate") }} AS amount
FROM (
    SELECT
        l.tenant_id, l.contact_id, r.currency_code, r.closing_rate AS rate,
        CAST({{ sign }} * SUM(l.net_amount) AS NUMERIC(19, 4)) AS amount
    FROM {{ named("journal_lines") }} AS l
    JOIN xero.accounts AS a
        ON a.tenant_id = l.tenant_id AND a.account_id = l.account_id AND a.system_account = '{{ system_account }}'
    JOIN {{ named("group_rates") }} AS r ON r.tenant_id = l.tenant_id AND l.journal_date <= r.period_end
    JOIN (SELECT tenant_id, MAX(period_end) AS period_end FROM {{ named("group_rates") }} GROUP BY tenant_id) AS n
        ON n.tenant_id = r.tenant_id AND n.period_end = r.period_end
    GROUP BY l.tenant_id, l.contact_id, r.currency_code, r.closing_rate
) AS b
JOIN {{ organisations_named }} AS o ON o.tenant_id = b.tenant_id
LEFT JOIN xero.contacts AS c ON c.tenant_id = b.tenant_id AND c.contact_id = b.contact_id
LEFT JOIN {{ named("intercompany_contacts") }} AS i ON i.tenant_id = b.tenant_id AND i.contact_id = b.contact_id
WHERE b.amount <> 0
