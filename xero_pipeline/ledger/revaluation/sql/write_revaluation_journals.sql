INSERT INTO {{ named("journals") }} (tenant_id, journal_id, journal_date, source_type, reference, posted_at)
{%- for journal in journals %}
{{ "UNION ALL" if not loop.first }}
SELECT
    {{ tenant }}, {{ sql(journal.journal_id) }}, {{ sql(journal.day) }}, {{ sql(journal.source_type) }},
    {{ sql(journal.reference) }}, {{ at }}
{%- endfor %}
