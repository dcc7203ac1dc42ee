-- The documents behind a difference on an account in a month, the likeliest first:
--   1  one that cannot post, with its reason
--   1  one of which Xero says another amount is open than its payments and credits leave, by just the difference
--   2  one whose line on the account is exactly the difference, or on an account that differs by the opposite
--   3  one that is open by another amount than its payments and credits leave, in any way
--   4  one that changed after Xero was asked for the trial balance
WITH records AS (
    {%- for table, number, contact, type in (
        ("invoices", "invoice_number", "contact_name", "type"),
        ("credit_notes", "credit_note_number", "contact_name", "type"),
        ("bank_transactions", "reference", "contact_name", "type"), ("manual_journals", "narration", "NULL", "NULL"),
        ("pay_runs", "NULL", "NULL", "NULL"), ("bank_transfers", "reference", "NULL", "NULL"), ("payments", "reference", "invoice_contact_name", "payment_type"),
        ("prepayments", "reference", "contact_name", "type"), ("overpayments", "reference", "contact_name", "type"),
    ) %}
    {{ "UNION ALL" if not loop.first }}
    SELECT
        '{{ table }}' AS source_table, {{ table[:-1] }}_id AS document_id,
        {{ "payment_date AS date" if table == "pay_runs" else "date" }}, {{ number }} AS number,
        {{ contact }} AS contact_name, {{ type }} AS type, synced_at
    FROM xero.{{ table }} WHERE tenant_id = {{ tenant }}
    {%- endfor %}
),
-- What is open by payments and credits is told in one place, statements/open_records.py.
documents AS MATERIALIZED ({{ open_records.documents }}),
taken AS (
    SELECT line, SUM(amount) AS amount FROM ({{ open_records.events }}) AS e GROUP BY line
),
open_amounts AS (
    {%- for kind in kinds %}
    {{ "UNION ALL" if not loop.first }}
    SELECT
        d.document_id, d.currency_code, d.rate, d.total - COALESCE(e.amount, 0) AS left_over,
        t.{{ "amount_due" if kind.table == "invoices" else "remaining_credit" }} AS told
    FROM documents AS d
    JOIN xero.{{ kind.table }} AS t ON t.tenant_id = d.tenant_id AND t.{{ kind.key }} = d.document_id
    LEFT JOIN taken AS e ON e.line = d.line
    WHERE d.source_table = '{{ kind.table }}'
    {%- endfor %}
),
missing AS (
    SELECT document_id, currency_code, told, left_over, {{ to_base("(left_over - told)", "rate") }} AS base
    FROM open_amounts WHERE told <> left_over
),
opposite AS (
    SELECT DISTINCT account_id FROM {{ named("tie_out") }}
    WHERE tenant_id = {{ tenant }} AND statement = 'trial_balance' AND period_end = {{ last }}
        AND difference = -({{ difference }}) AND account_id <> {{ account }}
),
found AS (
    SELECT 1 AS rank, d.document_id, CONCAT('cannot post: ', p.problem) AS why, CAST(NULL AS NUMERIC(19, 4)) AS amount
    FROM {{ named("documents") }} AS p
    JOIN records AS d ON d.document_id = p.document_id
    WHERE p.tenant_id = {{ tenant }} AND p.problem IS NOT NULL AND d.date BETWEEN {{ first }} AND {{ last }}

    UNION ALL
    SELECT
        CASE WHEN ABS(m.base) = ABS({{ difference }}) THEN 1 ELSE 3 END, m.document_id,
        CONCAT('Xero says ', CAST(CAST(m.told AS NUMERIC(19, 2)) AS TEXT), ' ', m.currency_code,
            ' is open, its payments and credits leave ', CAST(CAST(m.left_over AS NUMERIC(19, 2)) AS TEXT)),
        m.base
    FROM missing AS m JOIN records AS d ON d.document_id = m.document_id
    -- What is not the very amount is of interest only where payments and credits go.
    WHERE d.date <= {{ last }} AND (ABS(m.base) = ABS({{ difference }}) OR EXISTS (
        SELECT 1 FROM xero.accounts AS a WHERE a.tenant_id = {{ tenant }} AND a.account_id = {{ account }}
            AND (a.type = 'BANK' OR a.system_account IN ('DEBTORS', 'CREDITORS'))
    ))

    UNION ALL
    SELECT 2, j.source_id, 'posts exactly this amount here', l.net_amount
    FROM {{ named("journal_lines") }} AS l
    JOIN {{ named("journals") }} AS j ON j.tenant_id = l.tenant_id AND j.journal_id = l.journal_id
    WHERE l.tenant_id = {{ tenant }} AND l.source_type NOT IN {{ among(without_document) }} AND {{ difference }} <> 0
        AND l.journal_date BETWEEN {{ first }} AND {{ last }}
        AND (l.account_id = {{ account }} AND ABS(l.net_amount) = ABS({{ difference }})
            OR l.account_id IN (SELECT account_id FROM opposite) AND ABS(l.net_amount) = ABS({{ difference }}))

    UNION ALL
    SELECT 4, j.source_id, 'changed after Xero was asked for the trial balance', MAX(l.net_amount)
    FROM {{ named("journal_lines") }} AS l
    JOIN {{ named("journals") }} AS j ON j.tenant_id = l.tenant_id AND j.journal_id = l.journal_id
    JOIN records AS d ON d.document_id = j.source_id
    WHERE l.tenant_id = {{ tenant }} AND l.account_id = {{ account }}
        AND l.journal_date BETWEEN {{ first }} AND {{ last }}
        AND d.synced_at > (
            SELECT MAX(checked_at) FROM xero.report_pulls
            WHERE tenant_id = {{ tenant }} AND report = 'trial_balance' AND period_end = {{ last }}
        )
    GROUP BY j.source_id
)
SELECT f.rank, f.document_id, d.source_table, d.type, d.number, d.date, d.contact_name, f.amount, MIN(f.why) AS why
FROM found AS f LEFT JOIN records AS d ON d.document_id = f.document_id
GROUP BY f.rank, f.document_id, d.source_table, d.type, d.number, d.date, d.contact_name, f.amount
ORDER BY f.rank, ABS(COALESCE(f.amount, 0)) DESC, f.document_id
LIMIT {{ limit }}
