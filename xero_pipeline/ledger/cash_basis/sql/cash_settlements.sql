-- What settles the invoices, bills and credit notes that are looked at: payments, and allocations on either side. `total`
-- is what there is to settle; `settled` what is, this included.
SELECT
    e.event_id, e.document_id, e.date, e.source_type, e.first_line, e.amount, ABS(c.foreign_amount) AS total,
    CAST(SUM(e.amount) OVER (PARTITION BY e.document_id ORDER BY e.date, e.event_id) AS NUMERIC(19, 4)) AS settled
FROM (
    SELECT p.event_id, p.document_id, p.date, p.payment_type AS source_type, {{ first_of_document }} AS first_line, p.amount
    FROM posting_affected AS x
    JOIN posting_payments AS p ON p.document_id = x.document_id
    JOIN {{ journals }} AS j ON j.tenant_id = {{ tenant }} AND j.journal_id = p.event_id
    WHERE p.counts AND p.amount <> 0
    {%- for side, first in (("credit_id", first_of_credit), ("document_id", first_of_document)) %}

    UNION ALL
    SELECT
        a.event_id, a.{{ side }}, a.date,
        CASE
            {%- for rule in credit_rules %}
            WHEN COALESCE(c.advance, c.source_table) = '{{ rule.table }}' AND c.side = {{ -rule.side }} THEN '{{ rule.source_type }}'
            {%- endfor %}
        END,
        {{ first }}, a.amount
    FROM posting_affected AS x
    JOIN posting_allocations AS a ON a.{{ side }} = x.document_id
    JOIN posting_documents AS c ON c.document_id = a.credit_id
    JOIN {{ named("documents") }} AS pc ON pc.tenant_id = {{ tenant }} AND pc.document_id = a.credit_id AND pc.is_posted
    JOIN {{ named("documents") }} AS pd ON pd.tenant_id = {{ tenant }} AND pd.document_id = a.document_id AND pd.is_posted
    WHERE a.counts AND a.amount <> 0
    {%- endfor %}
) AS e
JOIN {{ lines }} AS c ON c.tenant_id = {{ tenant }} AND c.journal_id = e.document_id AND c.role = 'control'
    AND c.source_type IN {{ among(documents) }} AND c.line_number = 0 AND c.foreign_amount <> 0
WHERE e.date IS NOT NULL
