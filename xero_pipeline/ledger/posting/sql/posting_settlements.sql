-- What payments and allocations take off documents, with the side that does; `place` keeps the two sides of an allocation apart.
SELECT c.event_id, c.document_id, c.side, c.place, e.amount, e.cleared, e.tax_share, d.advance, d.total,
    d.total_tax, d.rate, d.whole_account_id
FROM (
    SELECT event_id, document_id, -side AS side, 1 AS place FROM posting_payments_due
    UNION ALL
    SELECT event_id, credit_id, side, 0 FROM posting_allocations_due
    UNION ALL
    SELECT event_id, document_id, -side, 1000000 FROM posting_allocations_due
) AS c
JOIN posting_events AS e ON e.event_id = c.event_id AND e.document_id = c.document_id
JOIN posting_documents AS d ON d.document_id = c.document_id
