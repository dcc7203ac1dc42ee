-- What was there, came in, went out and was left of every bank account. The account before the month includes what no
-- document shows; the month itself is its documents. In base currency, or in the account's own where Xero's figure
-- says that: which of the two it is, Xero does not document, nor whether the balances of the former are those of the
-- trial balance, at the rate of their day: they may be. A source counts once a day: of one that was edited or deleted
-- Xero's own journals hold reversals too, which moved no money.
WITH months AS (
    SELECT DISTINCT period_start, period_end FROM xero.report_pulls
    WHERE tenant_id = {{ tenant }} AND report = 'bank_summary'
),
legs AS (
    SELECT
        m.period_start, m.period_end, l.account_id, l.journal_date < m.period_start AS is_before,
        SUM(CASE WHEN l.source_type IN {{ among(revalued) }} THEN 0 ELSE l.net_amount END) AS base,
        SUM(l.foreign_amount) AS own,
        -- The last evening before the month, and its own: the next morning takes the revaluation back.
        SUM(CASE WHEN l.source_type = '{{ revalued[0] }}' AND l.journal_date = m.period_start - 1 THEN l.net_amount ELSE 0 END)
            AS revalued_before,
        SUM(CASE WHEN l.source_type = '{{ revalued[0] }}' AND l.journal_date = m.period_end THEN l.net_amount ELSE 0 END)
            AS revalued
    FROM months AS m
    JOIN {{ named("journal_lines") }} AS l ON l.tenant_id = {{ tenant }} AND l.journal_date <= m.period_end
        AND (l.source_type <> 'UNEXPLAINED' OR l.journal_date < m.period_start)
    JOIN tie_accounts AS a ON a.account_id = l.account_id AND a.type = 'BANK'
    GROUP BY m.period_start, m.period_end, l.account_id, l.journal_date, l.source_type, l.source_id
),
ours AS (
    {%- for measure in bank_measures %}
    {{ "UNION ALL" if not loop.first }}
    SELECT
        period_start, period_end, account_id, '{{ measure }}' AS measure
        {%- for amount in ("base", "own") %},
        SUM({% if measure == "opening_balance" %}CASE WHEN is_before THEN {{ amount }} ELSE 0 END
            {%- elif measure == "cash_received" %}CASE WHEN NOT is_before AND {{ amount }} > 0 THEN {{ amount }} ELSE 0 END
            {%- elif measure == "cash_spent" %}CASE WHEN NOT is_before AND {{ amount }} < 0 THEN -{{ amount }} ELSE 0 END
            {%- else %}{{ amount }}{% endif %}) AS {{ amount }}
        {%- endfor %},
        {% if measure == "opening_balance" %}SUM(revalued_before)
        {%- elif measure == "closing_balance" %}SUM(revalued)
        {%- else %}0{% endif %} AS gain
    FROM legs GROUP BY period_start, period_end, account_id
    {%- endfor %}
),
theirs AS (
    {%- for measure in bank_measures %}
    {{ "UNION ALL" if not loop.first }}
    SELECT period_start, period_end, account_id, '{{ measure }}' AS measure, account_name, {{ measure }} AS amount
    FROM xero.bank_summary WHERE tenant_id = {{ tenant }} AND account_id IS NOT NULL
    {%- endfor %}
)
SELECT
    COALESCE(o.period_start, t.period_start) AS period_start, COALESCE(o.period_end, t.period_end) AS period_end,
    COALESCE(o.account_id, t.account_id) AS account_id, COALESCE(o.measure, t.measure) AS measure, t.account_name,
    COALESCE(CASE t.amount WHEN o.own THEN o.own WHEN o.base + o.gain THEN o.base + o.gain ELSE o.base END, 0)
        AS our_amount,
    COALESCE(t.amount, 0) AS xero_amount
FROM ours AS o
FULL JOIN theirs AS t
    ON t.period_start = o.period_start AND t.period_end = o.period_end AND t.account_id = o.account_id
    AND t.measure = o.measure
