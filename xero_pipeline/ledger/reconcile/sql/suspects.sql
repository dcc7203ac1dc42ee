-- The documents behind a difference on an account in a month, the likeliest first:
--   1  one that cannot post, with its reason
--   1  one of which Xero says another amount is open than its payments and credits leave, by just the difference
--   2  one whose line on the account is exactly the difference, or on an account that differs by the opposite
--   3  one that is open by another amount than its payments and credits leave, in any way
--   4  one that changed after Xero was asked for the trial balance
WITH documents AS (
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
events AS (
    SELECT COALESCE(invoice_id, credit_note_id, prepayment_id, overpayment_id) AS document_id, amount
    FROM xero.payments WHERE tenant_id = {{ tenant }} AND status = 'AUTHORISED' AND NOT is_deleted
    {%- for table in ("credit_notes", "prepayments", "overpayments") %}
    UNION ALL
    SELECT {{ table[:-1] }}_id, amount FROM xero.{{ table[:-1] }}_allocations
    WHERE tenant_id = {{ tenant }} AND NOT is_deleted
    UNION ALL
    SELECT invoice_id, amount FROM xero.{{ table[:-1] }}_allocations
    WHERE tenant_id = {{ tenant }} AND NOT is_deleted AND invoice_id IS NOT NULL
    {%- endfor %}
),
taken AS (
    SELECT document_id, SUM(amount) AS amount FROM events GROUP BY document_id
),
open_amounts AS (
    {%- for kind in kinds %}
    {{ "UNION ALL" if not loop.first }}
    SELECT
        t.{{ kind.key }} AS document_id, t.currency_code, COALESCE(t.currency_rate, 1) AS rate, {{ kind.owed }} AS total,
        t.{{ "amount_due" if kind.table == "invoices" else "remaining_credit" }} AS told
    FROM xero.{{ kind.table }} AS t WHERE t.tenant_id = {{ tenant }} AND t.status IN {{ among(posted) }} AND NOT t.is_deleted
    {%- endfor %}
),
missing AS (
    SELECT
        o.document_id, o.currency_code, o.told, o.total - COALESCE(t.amount, 0) AS left_over,
        {{ to_base("(o.total - COALESCE(t.amount, 0) - o.told)", "o.rate") }} AS base
    FROM open_amounts AS o LEFT JOIN taken AS t ON t.document_id = o.document_id
    WHERE o.told IS NOT NULL AND o.told <> o.total - COALESCE(t.amount, 0)
),
opposite AS (
    SELECT DISTINCT account_id FROM {{ named("tie_out") }}
    WHERE tenant_id = {{ tenant }} AND statement = 'trial_balance' AND period_end = {{ last }}
        AND difference = -({{ difference }}) AND account_id <> {{ account }}
),
found AS (
    SELECT 1 AS rank, d.document_id, CONCAT('cannot post: ', p.problem) AS why, CAST(NULL AS NUMERIC(19, 4)) AS amount
    FROM {{ named("documents") }} AS p
    JOIN documents AS d ON d.document_id = p.document_id
    WHERE p.tenant_id = {{ tenant }} AND p.problem IS NOT NULL AND d.date BETWEEN {{ first }} AND {{ last }}

    UNION ALL
    SELECT
        CASE WHEN ABS(m.base) = ABS({{ difference }}) THEN 1 ELSE 3 END, m.document_id,
        CONCAT('Xero says ', CAST(CAST(m.told AS NUMERIC(19, 2)) AS TEXT), ' ', m.currency_code,
            ' is open, its payments and credits leave ', CAST(CAST(m.left_over AS NUMERIC(19, 2)) AS TEXT)),
        m.base
    FROM missing AS m JOIN documents AS d ON d.document_id = m.document_id
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
    JOIN documents AS d ON d.document_id = j.source_id
    WHERE l.tenant_id = {{ tenant }} AND l.account_id = {{ account }}
        AND l.journal_date BETWEEN {{ first }} AND {{ last }}
        AND d.synced_at > (
            SELECT MAX(checked_at) FROM xero.report_pulls
            WHERE tenant_id = {{ tenant }} AND report = 'trial_balance' AND period_end = {{ last }}
        )
    GROUP BY j.source_id
)
SELECT f.rank, f.document_id, d.source_table, d.type, d.number, d.date, d.contact_name, f.amount, MIN(f.why) AS why
FROM found AS f LEFT JOIN documents AS d ON d.document_id = f.document_id
GROUP BY f.rank, f.document_id, d.source_table, d.type, d.number, d.date, d.contact_name, f.amount
ORDER BY f.rank, ABS(COALESCE(f.amount, 0)) DESC, f.document_id
LIMIT {{ limit }}
