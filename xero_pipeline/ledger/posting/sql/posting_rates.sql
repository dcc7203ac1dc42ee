-- For every currency and day of a document without a rate: the rate most documents of that day have; else of the nearest
-- day within a month, the earlier one first; else what the trial balance shows a bank account in that currency to be
-- worth, beside its balance in its own currency in the bank summary of the month.
{%- set tables = ("invoices", "credit_notes", "bank_transactions", "prepayments", "overpayments") %}
WITH lacking AS (
    {%- for table in tables %}
    {{ "UNION" if not loop.first }}
    SELECT d.currency_code, d.date
    FROM xero.{{ table }} AS d CROSS JOIN posting_settings AS s
    WHERE d.tenant_id = {{ tenant }} AND NOT d.is_deleted AND (d.currency_rate IS NULL OR d.currency_rate <= 0)
        AND d.currency_code <> s.base_currency AND d.date IS NOT NULL
    {%- endfor %}
    UNION
    SELECT a.currency_code, x.date
    FROM xero.bank_transfers AS x
    JOIN xero.accounts AS a ON a.tenant_id = x.tenant_id AND a.account_id = x.from_bank_account_id
    CROSS JOIN posting_settings AS s
    WHERE x.tenant_id = {{ tenant }} AND NOT x.is_deleted AND a.currency_code <> s.base_currency AND x.date IS NOT NULL
        AND (x.currency_rate IS NULL OR x.currency_rate <= 0)
),
known AS (
    SELECT currency_code, date, currency_rate AS rate, COUNT(*) AS documents
    FROM (
        {%- for table in tables %}
        {{ "UNION ALL" if not loop.first }}
        SELECT currency_code, date, currency_rate FROM xero.{{ table }}
        WHERE tenant_id = {{ tenant }} AND NOT is_deleted AND currency_rate > 0 AND date IS NOT NULL
            AND currency_code IN (SELECT currency_code FROM lacking)
        {%- endfor %}
    ) AS d
    GROUP BY currency_code, date, currency_rate
),
reported AS (
    SELECT a.currency_code, b.period_end, SUM(b.closing_balance) AS own, SUM(t.ytd_debit - t.ytd_credit) AS base
    FROM xero.bank_summary AS b
    JOIN xero.accounts AS a ON a.tenant_id = b.tenant_id AND a.account_id = b.account_id
    JOIN xero.trial_balance AS t ON t.tenant_id = b.tenant_id AND t.account_id = b.account_id
        AND t.period_end = b.period_end AND t.basis = 'accrual'
    WHERE b.tenant_id = {{ tenant }} AND a.currency_code IN (SELECT currency_code FROM lacking)
    GROUP BY a.currency_code, b.period_end
),
found AS (
    SELECT
        l.currency_code, l.date, k.rate, ABS(k.date - l.date) AS distance,
        CONCAT('that of other documents of ', k.date) AS source, k.date AS day, k.documents
    FROM lacking AS l
    JOIN known AS k ON k.currency_code = l.currency_code AND ABS(k.date - l.date) <= 31

    UNION ALL
    -- Which currency the bank summary is in, Xero does not say: where it is that of the trial balance, there is no rate.
    SELECT
        l.currency_code, l.date, {{ rate("r.own", "r.base") }}, 99,
        CONCAT('what the trial balance of ', r.period_end, ' values the bank account at'), r.period_end, 0
    FROM lacking AS l
    JOIN reported AS r ON r.currency_code = l.currency_code
        AND DATE_TRUNC('month', r.period_end) = DATE_TRUNC('month', l.date)
    WHERE r.own * r.base > 0 AND r.own <> r.base
)
SELECT currency_code, date, rate, source
FROM (
    SELECT
        f.*,
        ROW_NUMBER() OVER (PARTITION BY currency_code, date ORDER BY distance, day, documents DESC, rate) AS place
    FROM found AS f
) AS ranked
WHERE place = 1 AND rate > 0
