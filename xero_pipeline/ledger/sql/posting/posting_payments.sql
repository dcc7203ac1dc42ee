-- Payments and refunds, with the document each is for. Batch payments post by the payments in them.
SELECT
    p.payment_id AS event_id,
    COALESCE(p.invoice_id, p.credit_note_id, p.prepayment_id, p.overpayment_id) AS document_id,
    p.payment_type,
    CASE p.payment_type
        {%- for rule in payment_rules %}
        WHEN '{{ rule.kind }}' THEN {{ rule.side }}
        {%- endfor %}
    END AS side,
    p.date,
    p.amount,
    p.bank_amount,
    p.currency_rate,
    COALESCE(p.account_id, c.account_id) AS account_id,
    -- What an account in base currency got, to the cent; amount / rate may be cents off, for a rate has six digits.
    CASE WHEN a.type = 'BANK' AND a.currency_code = s.base_currency THEN p.bank_amount END AS base_amount,
    p.reference,
    p.status IN {{ among(posted_money) }} AND NOT p.is_deleted AS counts
FROM xero.payments AS p
CROSS JOIN posting_settings AS s
LEFT JOIN posting_accounts AS c ON c.code = p.account_code
LEFT JOIN xero.accounts AS a ON a.tenant_id = p.tenant_id AND a.account_id = COALESCE(p.account_id, c.account_id)
WHERE p.tenant_id = {{ tenant }}
