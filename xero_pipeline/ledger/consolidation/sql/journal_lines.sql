SELECT
    l.tenant_id, o.name AS organisation, l.journal_id, l.line_number, l.journal_date, l.source_type, l.source_id,
    l.account_id, a.code AS account_code, a.name AS account_name, a.class AS account_class, l.description,
    l.contact_id, c.name AS contact_name, i.contact_id IS NOT NULL AS is_intercompany,
    i.counterpart_tenant_id, i.counterpart, o.base_currency, l.net_amount AS base_amount, r.currency_code,
    r.average_rate AS rate, {{ at_rate("l.net_amount", "r.average_rate") }} AS amount
FROM {{ named("journal_lines") }} AS l
JOIN {{ organisations_named }} AS o ON o.tenant_id = l.tenant_id
LEFT JOIN xero.accounts AS a ON a.tenant_id = l.tenant_id AND a.account_id = l.account_id
LEFT JOIN xero.contacts AS c ON c.tenant_id = l.tenant_id AND c.contact_id = l.contact_id
LEFT JOIN {{ named("intercompany_contacts") }} AS i ON i.tenant_id = l.tenant_id AND i.contact_id = l.contact_id
LEFT JOIN {{ named("group_rates") }} AS r
    ON r.tenant_id = l.tenant_id AND l.journal_date BETWEEN r.period_start AND r.period_end
