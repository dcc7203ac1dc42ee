INSERT INTO {{ lines }} (
    tenant_id, journal_id, line_number, journal_date, account_id, net_amount, tax_amount, foreign_amount, role,
    source_type, source_id, contact_id, {{ line_columns | join(", ") }}
)
SELECT
    {{ tenant }}, l.journal_id, l.line_number, j.journal_date, l.account_id, l.net, l.tax, l.foreign_net, l.role,
    j.source_type, j.source_id, j.contact_id{% for name in line_columns %}, l.{{ name }}{% endfor %}
FROM posting_legs AS l JOIN posting_journals AS j ON j.journal_id = l.journal_id
