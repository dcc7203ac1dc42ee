-- Filled by `tie_out.post_unexplained`: what no document shows, with its likely cause.
{%- for number, account_id, amount, cause, place in unexplained %}
{{ "UNION ALL" if not loop.first }}
SELECT
    {{ number }} AS number, {{ sql(account_id) }} AS account_id, CAST({{ amount }} AS NUMERIC(19, 4)) AS amount,
    {{ sql(cause) }} AS cause, {{ place }} AS place
{%- else %}
SELECT
    0 AS number, CAST(NULL AS TEXT) AS account_id, CAST(NULL AS NUMERIC(19, 4)) AS amount, CAST(NULL AS TEXT) AS cause,
    0 AS place
WHERE FALSE
{%- endfor %}
