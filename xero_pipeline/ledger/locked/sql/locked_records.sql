-- When Xero last changed the records that post those amounts; transfers it only says were entered.
{%- for table, key, updated in records %}
{{ "UNION ALL" if not loop.first }}
SELECT '{{ table }}' AS source_table, {{ key }} AS record_id, MAX({{ updated }}) AS updated_at
FROM xero.{{ table }}
WHERE tenant_id = {{ tenant }} AND {{ key }} IN (
    SELECT source_id FROM locked_amounts UNION SELECT document_id FROM locked_amounts
    UNION SELECT settled_document_id FROM locked_amounts
)
GROUP BY {{ key }}
{%- endfor %}
