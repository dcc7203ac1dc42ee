SELECT
    period_start, period_end, {{ group_account | join(", ") }}, currency_code,
    {%- set shown = "CASE group_account_class WHEN 'ASSET' THEN balance ELSE -balance END" %}
    {%- for source, name in sources %}
    {{ total_of(source, shown) }} AS {{ name }},
    {%- endfor %}
    {{ total(shown) }} AS amount
FROM (
    SELECT period_start, period_end, source, {{ group_account | join(", ") }}, currency_code, balance
    FROM {{ named("group_balances") }}
    WHERE group_account_class NOT IN ('REVENUE', 'EXPENSE')
    UNION ALL
    SELECT
        period_start, period_end, source, 'EQUITY//{{ earnings }}', NULL, '{{ earnings }}', 'EQUITY', 'EQUITY',
        currency_code, balance
    FROM {{ named("group_balances") }}
    WHERE group_account_class IN ('REVENUE', 'EXPENSE')
) AS b
GROUP BY period_start, period_end, {{ group_account | join(", ") }}, currency_code
HAVING {{ total("ABS(balance)") }} IS DISTINCT FROM 0
