-- Each line in the share that is settled. Rounded is what is settled until then, so that the shares of a document that is
-- settled in full add up to it; what rounding leaves over is on the largest line.
{%- set shared = ("net_amount", "tax_amount", "foreign_amount") %}
{%- macro part(column, settled) -%}
CASE {{ settled }} WHEN s.total THEN l.{{ column }} WHEN 0 THEN 0 ELSE {{ share("l." ~ column, settled, "s.total") }} END
{%- endmacro %}
{%- macro as_posted(document) -%}
{{ tenant }}, l.journal_id, l.line_number, l.journal_date, {{ document }}, l.account_id,
    {{ shared | map("prefixed", "l") | join(", ") }}, l.role, l.source_type, l.source_id, l.contact_id,
    {{ line_columns | map("prefixed", "l") | join(", ") }}
{%- endmacro %}
INSERT INTO {{ named("settled_lines") }} (
    tenant_id, journal_id, line_number, journal_date, document_id, account_id, {{ shared | join(", ") }}, role,
    source_type, source_id, contact_id, {{ line_columns | join(", ") }}
)
SELECT
    {{ tenant }}, s.event_id, s.first_line + l.line_number, s.date, s.document_id, l.account_id,
    {{ shared | map("prefixed", "l") | join(", ") }}, l.role, s.source_type, s.event_id, l.contact_id,
    {{ line_columns | map("prefixed", "l") | join(", ") }}
FROM cash_settlements AS s JOIN {{ lines }} AS l ON l.tenant_id = {{ tenant }} AND l.journal_id = s.document_id
WHERE s.amount = s.total

UNION ALL
SELECT
    {{ tenant }}, event_id, first_line + line_number, date, document_id, account_id,
    net_amount - CASE rank WHEN 1 THEN left_over ELSE 0 END,
    tax_amount, foreign_amount, role, source_type, event_id, contact_id, {{ line_columns | join(", ") }}
FROM (
    SELECT
        p.*,
        SUM(net_amount) OVER (PARTITION BY event_id, document_id) AS left_over,
        ROW_NUMBER() OVER (
            PARTITION BY event_id, document_id
            ORDER BY CASE role WHEN 'line' THEN 0 WHEN 'control' THEN 2 ELSE 1 END, ABS(whole) DESC, line_number
        ) AS rank
    FROM (
        SELECT
            s.event_id, s.first_line, s.date, s.document_id, s.source_type, l.line_number, l.account_id, l.role,
            l.contact_id, l.net_amount AS whole, {{ line_columns | map("prefixed", "l") | join(", ") }},
            {%- for column in shared %}
            {{ part(column, "s.settled") }}
                - {{ part(column, "(s.settled - s.amount)") }} AS {{ column }}{{ "," if not loop.last }}
            {%- endfor %}
        FROM cash_settlements AS s JOIN {{ lines }} AS l ON l.tenant_id = {{ tenant }} AND l.journal_id = s.document_id
        WHERE s.amount <> s.total
    ) AS p
) AS shares

UNION ALL
-- A document that comes to nothing is settled from the beginning.
SELECT {{ as_posted("l.journal_id") }}
FROM posting_affected AS x
JOIN {{ lines }} AS l ON l.tenant_id = {{ tenant }} AND l.journal_id = x.document_id AND l.source_type IN {{ among(documents) }}
LEFT JOIN {{ lines }} AS c ON c.tenant_id = {{ tenant }} AND c.journal_id = x.document_id AND c.line_number = 0
    AND c.foreign_amount <> 0
WHERE c.journal_id IS NULL
{%- if beside %}

UNION ALL
-- Xero has no journals of its own for allocated credit notes: their gain is on the credit note's.
SELECT {{ as_posted("j.document_id") }}
FROM posting_affected AS x
JOIN {{ journals }} AS j ON j.tenant_id = {{ tenant }} AND j.document_id = x.document_id AND j.source_table = 'credit_note_allocations'
JOIN {{ lines }} AS l ON l.tenant_id = {{ tenant }} AND l.journal_id = j.journal_id
{%- endif %}
