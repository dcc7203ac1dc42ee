-- What documents, and the payments of them, were booked at. A credit that is set off has the rate of its own day.
WITH rates AS (
    SELECT
        CAST(DATE_TRUNC('month', j.journal_date) AS DATE) AS month, j.journal_date AS day,
        o.base_currency, j.currency_code, j.currency_rate
    FROM {{ derived_or_own("journals") }} AS j
    JOIN xero.organisations AS o ON o.tenant_id = j.tenant_id
    -- Xero does not say which way the rate of a bank transfer reads.
    WHERE j.currency_rate > 0 AND j.currency_code <> o.base_currency AND j.settled_document_id IS NULL
        AND j.source_type <> 'TRANSFER'
        AND j.journal_date <= {{ until }}
),
months AS (
    SELECT
        month, base_currency, currency_code, COUNT(*) AS documents, SUM(currency_rate) AS total, MAX(day) AS last_day
    FROM rates
    GROUP BY month, base_currency, currency_code
)
SELECT
    m.month, m.base_currency, m.currency_code, m.documents, m.total, m.last_day,
    COUNT(*) AS last_documents, SUM(r.currency_rate) AS last_total
FROM months AS m
JOIN rates AS r
    ON r.base_currency = m.base_currency AND r.currency_code = m.currency_code AND r.day = m.last_day
GROUP BY m.month, m.base_currency, m.currency_code, m.documents, m.total, m.last_day
ORDER BY m.month, m.base_currency, m.currency_code
