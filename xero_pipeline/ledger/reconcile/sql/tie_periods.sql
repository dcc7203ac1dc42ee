-- Filled by `tie_out.tie_out`; without a trial balance there is no period.
{%- for period in periods %}
{{ "UNION ALL" if not loop.first }}
SELECT
    {{ period.number }} AS number,
    {{ sql(period.period_start) }} AS period_start,
    {{ sql(period.period_end) }} AS period_end,
    {{ sql(period.previous_end) }} AS previous_end,
    {{ sql(period.year_start) }} AS year_start,
    {{ period.new_year }} AS new_year,
    '{{ period.journal_id }}' AS journal_id
{%- else %}
SELECT
    0 AS number, CAST(NULL AS DATE) AS period_start, CAST(NULL AS DATE) AS period_end, CAST(NULL AS DATE) AS previous_end,
    CAST(NULL AS DATE) AS year_start, FALSE AS new_year, CAST(NULL AS TEXT) AS journal_id
WHERE FALSE
{%- endfor %}
