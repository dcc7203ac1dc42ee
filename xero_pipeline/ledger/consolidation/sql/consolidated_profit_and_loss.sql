SELECT
    period_start, period_end, {{ group_account | join(", ") }}, currency_code,
    {%- set shown = "CASE group_account_class WHEN 'EXPENSE' THEN movement ELSE -movement END" %}
    {%- for source, name in sources if source != "minority" %}
    {{ total_of(source, shown) }} AS {{ name }},
    {%- endfor %}
    {{ total(shown) }} AS amount
FROM {{ named("group_balances") }}
WHERE group_account_class IN ('REVENUE', 'EXPENSE')
GROUP BY period_start, period_end, {{ group_account | join(", ") }}, currency_code
HAVING {{ total("ABS(movement)") }} IS DISTINCT FROM 0
