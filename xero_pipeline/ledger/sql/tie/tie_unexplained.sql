-- What no document shows, with its likely cause: first by the account alone, then what faces such amounts in its month.
WITH named AS (
    SELECT
        account_id, type, class, COALESCE(system_account, '') AS system_account,
        COALESCE(system_account IN ('DEBTORS', 'CREDITORS') OR type = 'BANK', FALSE) AS is_busy,
        CONCAT(' ', REGEXP_REPLACE(LOWER(name), '[^a-z]+', ' ', 'g'), ' ') AS words
    FROM tie_accounts
),
facing_0 AS (
    SELECT
        g.number, a.account_id, g.arisen AS amount, a.type, a.class, a.system_account,
        CASE
            WHEN g.number <= (SELECT COALESCE(MIN(number), 0) FROM tie_theirs WHERE balance <> 0) THEN 'CONVERSION'
            {%- for sign in signs %}
            WHEN {% if sign.system_accounts %}a.system_account IN {{ among(sign.system_accounts) }} OR {% endif -%}
                {%- if sign.types %}a.type IN {{ among(sign.types) }} OR {% endif -%}
                (NOT a.is_busy AND (
                    {%- for word in sign.words %}STRPOS(a.words, ' {{ word }}') > 0 OR {% endfor %}FALSE))
                THEN '{{ sign.cause }}'
            {%- endfor %}
            ELSE 'UNKNOWN'
        END AS cause
    FROM tie_gaps AS g
    JOIN named AS a ON a.account_id = g.account_id
    WHERE g.arisen <> 0
)
{%- for facing in facings %}
{%- set faces -%}
cause = 'UNKNOWN' AND ({% if facing.system_accounts %}system_account IN {{ among(facing.system_accounts) }} OR {% endif -%}
    {%- if facing.types %}type IN {{ among(facing.types) }} OR {% endif -%}
    {%- if facing.classes %}class IN {{ among(facing.classes) }} OR {% endif %}FALSE)
{%- endset %},
facing_{{ loop.index }} AS (
    SELECT
        number, account_id, amount, type, class, system_account,
        CASE WHEN {{ faces }}
            AND SUM(CASE WHEN cause IN {{ among(facing.moves) }} THEN 1 ELSE 0 END) OVER (PARTITION BY number) > 0
            AND SUM(CASE WHEN cause IN {{ among(facing.moves) }} OR ({{ faces }}) THEN amount ELSE 0 END)
                OVER (PARTITION BY number) = 0
            THEN '{{ facing.cause }}' ELSE cause
        END AS cause
    FROM facing_{{ loop.index0 }}
)
{%- endfor %}
SELECT number, account_id, amount, cause, ROW_NUMBER() OVER (PARTITION BY number ORDER BY account_id) - 1 AS place
FROM facing_{{ facings | length }}
