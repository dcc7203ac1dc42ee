-- What no document shows, with its likely cause. Control accounts and bank accounts whose amounts together face a
-- revaluation in the same month are part of it.
WITH told AS (
    SELECT
        g.number, g.account_id, g.arisen AS amount,
        CASE
            WHEN g.number = 0 THEN 'CONVERSION'
            {%- for sign in signs %}
            WHEN {% for system in sign.system_accounts %}a.system_account = '{{ system }}' OR {% endfor -%}
                {%- for type in sign.types %}a.type = '{{ type }}' OR {% endfor -%}
                {%- for word in sign.words %}STRPOS(LOWER(a.name), '{{ word }}') > 0 OR {% endfor %}FALSE
                THEN '{{ sign.cause }}'
            {%- endfor %}
            ELSE 'UNKNOWN'
        END AS cause,
        COALESCE(a.system_account IN ('DEBTORS', 'CREDITORS') OR a.type = 'BANK', FALSE) AS may_face
    FROM tie_gaps AS g
    JOIN tie_accounts AS a ON a.account_id = g.account_id
    WHERE g.arisen <> 0
),
faced AS (
    SELECT
        t.*,
        SUM(CASE WHEN may_face THEN amount ELSE 0 END) OVER (PARTITION BY number)
            + SUM(CASE WHEN cause = 'REVALUATION' THEN amount ELSE 0 END) OVER (PARTITION BY number) = 0
            AND SUM(CASE WHEN cause = 'REVALUATION' THEN 1 ELSE 0 END) OVER (PARTITION BY number) > 0 AS faces
    FROM told AS t
)
SELECT
    number, account_id, amount,
    CASE WHEN may_face AND faces THEN 'REVALUATION' ELSE cause END AS cause,
    ROW_NUMBER() OVER (PARTITION BY number ORDER BY account_id) - 1 AS place
FROM faced
