-- What the difference of every figure is made of, with the causes: an account's own amount that no document shows, those
-- of all accounts in a line that is a sum, and the cents that rounding leaves between a control account and its documents.
{%- set group = "(SELECT MAX(account_id) FROM tie_groups WHERE report = 'profit_and_loss')" %}
SELECT 'trial_balance' AS statement, number, account_id, -amount AS amount, cause, TRUE AS is_told FROM tie_unexplained

UNION ALL
SELECT 'balance_sheet', u.number, u.account_id, CASE a.class WHEN 'ASSET' THEN -u.amount ELSE u.amount END, u.cause, TRUE
FROM tie_unexplained AS u JOIN tie_accounts AS a ON a.account_id = u.account_id AND a.class NOT IN {{ among(results) }}

UNION ALL
SELECT
    'balance_sheet', u.number,
    COALESCE(
        (SELECT MAX(e.known_as) FROM tie_earnings AS e WHERE e.period_end = p.period_end),
        (SELECT MAX(known_as) FROM tie_earnings),
        '{{ earnings }}'
    ),
    u.amount, u.cause, TRUE
FROM tie_unexplained AS u
JOIN tie_periods AS p ON p.number = u.number
JOIN tie_accounts AS a ON a.account_id = u.account_id AND a.class IN {{ among(results) }}

UNION ALL
SELECT
    'profit_and_loss', u.number,
    CASE WHEN a.system_account IN {{ among(gains) }} THEN COALESCE({{ group }}, u.account_id) ELSE u.account_id END,
    CASE a.class WHEN 'REVENUE' THEN u.amount ELSE -u.amount END, u.cause, TRUE
FROM tie_unexplained AS u JOIN tie_accounts AS a ON a.account_id = u.account_id AND a.class IN {{ among(results) }}

UNION ALL
SELECT 'bank_summary', u.number, u.account_id, -u.amount, u.cause, TRUE
FROM tie_unexplained AS u JOIN tie_accounts AS a ON a.account_id = u.account_id AND a.type = 'BANK'
{%- for side, part, sign in (("receivables", "DEBTORS", "-"), ("payables", "CREDITORS", "")) %}

UNION ALL
SELECT '{{ side }}', u.number, u.account_id, {{ sign }}u.amount, u.cause, TRUE
FROM tie_unexplained AS u JOIN tie_accounts AS a ON a.account_id = u.account_id AND a.system_account = '{{ part }}'

UNION ALL
SELECT '{{ side }}', p.number, a.account_id, -SUM(r.amount), 'ROUNDING', FALSE
FROM tie_rounding AS r
JOIN tie_periods AS p ON r.side = '{{ side }}' AND p.number > 0 AND r.day > p.previous_end AND r.day <= p.period_end
JOIN tie_accounts AS a ON a.system_account = '{{ part }}'
GROUP BY p.number, a.account_id HAVING SUM(r.amount) <> 0
{%- endfor %}
