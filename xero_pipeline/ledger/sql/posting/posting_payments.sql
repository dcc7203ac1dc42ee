-- Payments and refunds, with the document each is for. Batch payments post by the payments in them.
SELECT
    payment_id AS event_id,
    COALESCE(invoice_id, credit_note_id, prepayment_id, overpayment_id) AS document_id,
    payment_type,
    CASE payment_type
        {%- for rule in payment_rules %}
        WHEN '{{ rule.kind }}' THEN {{ rule.side }}
        {%- endfor %}
    END AS side,
    date,
    amount,
    bank_amount,
    currency_rate,
    account_id,
    reference,
    status IN {{ among(posted_money) }} AND NOT is_deleted AS counts
FROM xero.payments
WHERE tenant_id = {{ tenant }}
