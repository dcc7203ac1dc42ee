-- Records of different kinds with one id: which of them counts. An advance that Xero lists among both kinds counts by its
-- Type; of any others the first kind counts, and that is told.
SELECT document_id, source_table, is_advance, place
FROM (
    SELECT
        document_id, source_table,
        MIN(CASE WHEN source_table IN ('prepayments', 'overpayments') THEN 1 ELSE 0 END)
            OVER (PARTITION BY document_id) = 1 AS is_advance,
        ROW_NUMBER() OVER (PARTITION BY document_id ORDER BY CASE source_table
            WHEN 'invoices' THEN 1 WHEN 'credit_notes' THEN 2 WHEN 'bank_transactions' THEN 3 WHEN 'bank_transfers' THEN 4
            WHEN 'manual_journals' THEN 5 WHEN advance THEN 6 ELSE 7 END, source_table) AS place
    FROM posting_documents
    WHERE document_id IN (SELECT document_id FROM posting_documents GROUP BY document_id HAVING COUNT(*) > 1)
) AS records
