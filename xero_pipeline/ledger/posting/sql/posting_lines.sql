-- The lines of the affected documents: without their tax, their account found, up to two tracking options each.
{%- macro lines_as(document_id, table, lines, line_id, of) %}
{%- set key = table[:-1] ~ "_id" %}
SELECT
    {{ document_id }} AS document_id,
    l.position,
    l.{{ line_id }} AS line_item_id,
    COALESCE(l.account_id, a.account_id
        {%- if table == "bank_transactions" %},
        -- What is paid too much is on the control account, whether its line says so or not.
        CASE h.type WHEN 'RECEIVE-OVERPAYMENT' THEN s.debtors WHEN 'SPEND-OVERPAYMENT' THEN s.creditors END
        {%- endif %}) AS account_id,
    l.line_amount - CASE WHEN UPPER(h.line_amount_types) = 'INCLUSIVE' THEN COALESCE(l.tax_amount, 0) ELSE 0 END AS net,
    CASE WHEN UPPER(h.line_amount_types) = 'NOTAX' THEN 0 ELSE COALESCE(l.tax_amount, 0) END AS tax,
    l.description,
    l.tax_type,
    {%- for place in (1, 2) %}
    t.tracking_category_id_{{ place }}, t.tracking_option_id_{{ place }},
    t.tracking_category_{{ place }}, t.tracking_option_{{ place }}{{ "," if not loop.last }}
    {%- endfor %}
FROM xero.{{ lines }}s AS l
JOIN xero.{{ table }} AS h ON h.tenant_id = l.tenant_id AND h.{{ key }} = l.{{ key }}
JOIN posting_affected AS c ON c.document_id = {{ document_id }} AND c.source_table = '{{ of }}'
CROSS JOIN posting_settings AS s
LEFT JOIN posting_accounts AS a ON a.code = l.account_code
LEFT JOIN (
    SELECT
        {{ key }}, {{ line_id }},
        {%- for place in (1, 2) %}
        MAX(CASE WHEN position = {{ place }} THEN tracking_category_id END) AS tracking_category_id_{{ place }},
        MAX(CASE WHEN position = {{ place }} THEN tracking_option_id END) AS tracking_option_id_{{ place }},
        MAX(CASE WHEN position = {{ place }} THEN name END) AS tracking_category_{{ place }},
        MAX(CASE WHEN position = {{ place }} THEN "option" END) AS tracking_option_{{ place }}{{ "," if not loop.last }}
        {%- endfor %}
    FROM xero.{{ lines }}_tracking
    WHERE tenant_id = {{ tenant }} AND NOT is_deleted
        {%- if of == table %}
        AND {{ key }} IN (SELECT document_id FROM posting_affected WHERE source_table = '{{ of }}')
        {%- endif %}
    GROUP BY {{ key }}, {{ line_id }}
) AS t ON t.{{ key }} = l.{{ key }} AND t.{{ line_id }} = l.{{ line_id }}
WHERE l.tenant_id = {{ tenant }} AND NOT l.is_deleted AND l.line_amount IS NOT NULL
{%- endmacro %}
{%- for table, lines, line_id in lines_of %}
{{ "UNION ALL" if not loop.first }}
{{- lines_as("l." ~ table[:-1] ~ "_id", table, lines, line_id, table) }}
{% endfor %}
{%- for one in journal_lines %}
UNION ALL
SELECT
    {{ one.document }}, l.position, NULL, COALESCE(l.account_id, {{ one.account }}), l.line_amount, 0,
    COALESCE({% for name in one.text %}l.{{ name }}{{ ", " if not loop.last }}{% endfor %}), NULL,
    {%- for place in (1, 2) %}
    NULL, NULL, NULL, NULL{{ "," if not loop.last }}
    {%- endfor %}
FROM xero.{{ one.lines }} AS l
JOIN posting_affected AS c ON c.document_id = {{ one.document }} AND c.source_table = '{{ one.of }}'
WHERE l.tenant_id = {{ tenant }} AND NOT l.is_deleted
{% endfor %}
UNION ALL
-- A prepayment that came without lines has those of the money that made it.
{{- lines_as("h.prepayment_id", "bank_transactions", "bank_transaction_line_item", "line_item_id", "prepayments") }}
    AND NOT h.is_deleted AND h.prepayment_id NOT IN (
        SELECT prepayment_id FROM xero.prepayment_line_items
        WHERE tenant_id = {{ tenant }} AND NOT is_deleted AND line_amount IS NOT NULL
    )
