-- Payments and refunds that Xero counts, with the document each is for. Batch payments post by the payments in them. One
-- counts if its document and its batch do, and else is refused for a reason.
SELECT
    p.payment_id AS event_id,
    COALESCE(p.invoice_id, p.credit_note_id, p.prepayment_id, p.overpayment_id) AS document_id,
    d.document_id IS NOT NULL AS is_known,
    p.payment_type,
    CASE p.payment_type
        {%- for rule in payment_rules %}
        WHEN '{{ rule.kind }}' THEN {{ rule.side }}
        {%- endfor %}
    END AS side,
    p.date,
    p.amount,
    p.bank_amount,
    CASE WHEN p.currency_rate > 0 THEN p.currency_rate END AS currency_rate,
    COALESCE(p.account_id, c.account_id) AS account_id,
    -- What an account in base currency got, to the cent; amount / rate may be cents off, for a rate has six digits.
    CASE WHEN a.type = 'BANK' AND a.currency_code = s.base_currency THEN p.bank_amount END AS base_amount,
    p.reference,
    {%- set is_large %}(ABS(p.amount) >= {{ most }} * LEAST(1, d.rate, CASE WHEN p.currency_rate > 0 THEN p.currency_rate END)
        OR ABS(p.bank_amount) >= {{ most }}) IS TRUE{% endset %}
    d.posts IS TRUE AND b.batch_payment_id IS NULL AND (p.status IS NULL OR p.status IN {{ among(posted_money) }})
        AND NOT ({{ is_large }})
        AND (p.date < DATE '{{ first_day }}' OR p.date > DATE '{{ last_day }}') IS NOT TRUE AS counts,
    CASE
        WHEN (p.date < DATE '{{ first_day }}' OR p.date > DATE '{{ last_day }}')
            THEN CONCAT('a payment of it has a date that is no day of any books: ', p.date)
        WHEN p.status NOT IN {{ among(posted_money) }} THEN CONCAT('a payment of it has a status that is not known: ', p.status)
        WHEN d.document_id IS NULL THEN 'it pays a document that is not in the warehouse'
        WHEN NOT d.posts AND d.refused IS NULL THEN CONCAT(
            'a payment of ', CAST(CAST(p.amount AS NUMERIC(19, 2)) AS TEXT), ' does not post, for what it pays is ',
            d.state)
        WHEN b.batch_payment_id IS NOT NULL THEN CONCAT(
            'a payment of ', CAST(CAST(p.amount AS NUMERIC(19, 2)) AS TEXT), ' does not post, for its batch is deleted')
        WHEN d.posts AND {{ is_large }} THEN {{ sql(too_large) }}
        WHEN d.posts AND p.payment_type IS NULL THEN 'a payment of it has no type'
    END AS refused
FROM xero.payments AS p
CROSS JOIN posting_settings AS s
LEFT JOIN posting_accounts AS c ON c.code = p.account_code
LEFT JOIN xero.accounts AS a ON a.tenant_id = p.tenant_id AND a.account_id = COALESCE(p.account_id, c.account_id)
LEFT JOIN posting_documents AS d
    ON d.document_id = COALESCE(p.invoice_id, p.credit_note_id, p.prepayment_id, p.overpayment_id)
    AND d.source_table IN {{ among(settled) }}
LEFT JOIN xero.batch_payments AS b ON b.tenant_id = p.tenant_id AND b.batch_payment_id = p.batch_payment_id
    AND (b.is_deleted OR b.status = 'DELETED')
WHERE p.tenant_id = {{ tenant }} AND NOT p.is_deleted AND (p.status IS NULL OR p.status NOT IN {{ among(idle) }})
