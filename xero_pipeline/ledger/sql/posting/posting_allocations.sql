-- Every use of a credit on another document; one that was taken back no longer counts, but is seen.
{%- for table, key in (("credit_notes", "credit_note_id"), ("prepayments", "prepayment_id"), ("overpayments", "overpayment_id")) %}
{{ "UNION ALL" if not loop.first }}
SELECT
    x.{{ key }} AS credit_id,
    COALESCE(x.invoice_id
        {%- for other in ("credit_note_id", "prepayment_id", "overpayment_id") if other != key %}, x.{{ other }}{% endfor %})
        AS document_id,
    x.allocation_id AS event_id,
    COALESCE(x.date, c.date) AS date,
    x.amount,
    c.status IN {{ among(posted_document) }} AND NOT c.is_deleted AND NOT x.is_deleted AS counts
FROM xero.{{ table[:-1] }}_allocations AS x
JOIN xero.{{ table }} AS c ON c.tenant_id = x.tenant_id AND c.{{ key }} = x.{{ key }}
WHERE x.tenant_id = {{ tenant }}
{%- endfor %}
