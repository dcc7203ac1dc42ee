-- What lowers the open amount of a document, and by how much in base currency: Xero rounds every part on its own (7 of 7
-- invoices paid in parts in the public seeds of fivetran/dbt_xero), and so the tax within a part. A cent may stay behind
-- on the control account for good.
WITH events AS (
    SELECT event_id, document_id, amount FROM posting_payments WHERE counts
    UNION ALL
    SELECT event_id, credit_id, amount FROM posting_allocations WHERE counts
    UNION ALL
    SELECT event_id, document_id, amount FROM posting_allocations WHERE counts
)
SELECT
    e.event_id, e.document_id, e.amount,
    {{ to_base("e.amount", "d.rate") }} AS cleared,
    CASE WHEN d.total_tax = 0 OR d.total <= 0 THEN 0 ELSE {{ share("d.total_tax", "e.amount", "d.total") }} END AS tax_share
FROM events AS e
JOIN posting_affected AS c ON c.document_id = e.document_id
JOIN posting_documents AS d ON d.document_id = e.document_id
WHERE d.rate > 0
