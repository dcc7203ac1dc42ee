-- In base currency alone: what is open in another currency stays as it is.
INSERT INTO {{ named("journal_lines") }} (
    tenant_id, journal_id, line_number, journal_date, account_id, net_amount, tax_amount, foreign_amount, role,
    source_type, description
)
{%- for journal in journals %}{% set outer = loop %}
{%- for line in journal.lines %}
{{ "UNION ALL" if not (outer.first and loop.first) }}
SELECT
    {{ tenant }}, {{ sql(journal.journal_id) }}, {{ loop.index0 }}, {{ sql(journal.day) }}, {{ sql(line.account_id) }},
    CAST({{ line.amount }} AS NUMERIC(19, 4)), 0, 0, {{ sql(line.role) }}, {{ sql(journal.source_type) }},
    {{ sql(line.description) }}
{%- endfor %}
{%- endfor %}
