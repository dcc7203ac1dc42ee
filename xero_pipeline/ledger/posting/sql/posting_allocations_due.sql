-- Allocations whose credit or document has changed; `side` is the one that clears the credit.
SELECT a.*, -c.side AS side
FROM posting_allocations AS a
JOIN posting_documents AS c ON c.document_id = a.credit_id
WHERE a.counts
    AND (a.credit_id IN (SELECT document_id FROM posting_changed)
        OR a.document_id IN (SELECT document_id FROM posting_changed))
    AND a.credit_id NOT IN (SELECT document_id FROM posting_unposted)
    AND a.document_id NOT IN (SELECT document_id FROM posting_unposted)
