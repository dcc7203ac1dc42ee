-- Every use of a credit on another document that was not taken back. It counts if both documents post, and else is
-- refused for a reason; but a credit or a document that the user's own doing took out of the books is no reason to tell.
{%- for table, key in (("credit_notes", "credit_note_id"), ("prepayments", "prepayment_id"), ("overpayments", "overpayment_id")) %}
{{ "UNION ALL" if not loop.first }}
SELECT
    x.{{ key }} AS credit_id,
    {%- set targets = ("invoice_id", "credit_note_id", "prepayment_id", "overpayment_id") %}
    COALESCE({% for other in targets if other != key %}x.{{ other }}{{ ", " if not loop.last }}{% endfor %}) AS document_id,
    x.allocation_id AS event_id,
    -- Without a day it was set off when both were there (support.jetconvert.com, "Comparing Data - Cash versus Accrual").
    COALESCE(x.date, GREATEST(c.date, d.date)) AS date,
    x.amount,
    c.posts AND d.posts IS TRUE
        AND (x.date < DATE '{{ first_day }}' OR x.date > DATE '{{ last_day }}') IS NOT TRUE
        AND (ABS(x.amount) >= {{ most }} * LEAST(1, c.rate, d.rate)) IS NOT TRUE AS counts,
    CASE
        WHEN x.date < DATE '{{ first_day }}' OR x.date > DATE '{{ last_day }}'
            THEN CONCAT('an allocation of it has a date that is no day of any books: ', x.date)
        WHEN NOT c.posts AND c.refused IS NULL
            THEN CONCAT('an allocation of it does not post, for it is ', c.state, ' itself')
        WHEN d.document_id IS NULL THEN 'an allocation of it is to a document that is not in the warehouse'
        WHEN NOT d.posts AND d.refused IS NULL
            THEN CONCAT('an allocation of it does not post, for it is to a document that is ', d.state)
        WHEN c.posts AND d.posts AND ABS(x.amount) >= {{ most }} * LEAST(1, c.rate, d.rate) THEN {{ sql(too_large) }}
    END AS refused
FROM xero.{{ table[:-1] }}_allocations AS x
JOIN posting_documents AS c ON c.document_id = x.{{ key }} AND c.source_table = '{{ table }}'
LEFT JOIN posting_documents AS d
    ON d.document_id = COALESCE({% for other in targets if other != key %}x.{{ other }}{{ ", " if not loop.last }}{% endfor %})
    AND d.source_table IN {{ among(settled) }}
WHERE x.tenant_id = {{ tenant }} AND NOT x.is_deleted
{%- endfor %}
