-- Documents whose status posts, but which cannot; each by its first reason. Half a cent is the most that rounding takes
-- from a leg, and as much may Xero's own totals be off.
SELECT
    d.document_id,
    CASE
        WHEN d.rate IS NULL OR d.rate <= 0 THEN CONCAT('its currency rate is missing (', d.currency_code, ')')
        WHEN d.source_table <> 'manual_journals' AND d.whole_account_id IS NULL
            THEN CONCAT('no account of the chart takes its total (', COALESCE(d.whole, 'unknown type'), ')')
        WHEN e.without_account = 1 THEN 'no account of the chart takes its other side (GST, or the bank)'
        WHEN e.without_account IS NOT NULL
            THEN CONCAT('line ', e.without_account - {{ first_line }} + 1, ' names no account of the chart')
        ELSE CONCAT('its lines and tax do not add up to its total: ', CAST(CAST(ABS(e.excess) AS NUMERIC(19, 2)) AS TEXT),
            ' is left over')
    END AS problem
FROM posting_own AS d
LEFT JOIN posting_excess AS e ON e.journal_id = d.document_id
WHERE d.rate IS NULL OR d.rate <= 0
    OR (d.source_table <> 'manual_journals' AND d.whole_account_id IS NULL)
    OR e.without_account IS NOT NULL
    OR ABS(e.excess) > CASE WHEN e.lines = 0 THEN 0 ELSE 0.01 * (e.lines + 1) END

UNION ALL
SELECT p.event_id, 'it pays a document that is not in the warehouse'
FROM posting_payments AS p
LEFT JOIN posting_documents AS d ON d.document_id = p.document_id
WHERE p.counts AND d.document_id IS NULL

UNION ALL
SELECT p.document_id, CONCAT('a payment of it has a type that is not known: ', p.payment_type)
FROM posting_payments AS p
JOIN posting_dirty AS x ON x.document_id = p.document_id
WHERE p.counts AND p.side IS NULL
