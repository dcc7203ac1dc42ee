SELECT
    period_start, period_end, {{ group_account | join(", ") }}, currency_code,
    {%- for column in ("movement", "balance") %}
    {%- for source, name in sources %}
    {{ total_of(source, column) }} AS {{ name }}_{{ column }},
    {%- endfor %}
    {{ total(column) }} AS {{ column }}{{ "," if not loop.last }}
    {%- endfor %}
FROM {{ named("group_balances") }}
GROUP BY period_start, period_end, {{ group_account | join(", ") }}, currency_code
