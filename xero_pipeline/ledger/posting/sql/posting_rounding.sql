-- By how much the total of a document is off its lines and tax, in the document's own currency. Half a cent a leg is what
-- rounding does; more is a document that is wrong, unless its own total says so: an invoice may be rounded as a whole.
SELECT
    d.document_id,
    {{ first_line }} + MAX(l.position) AS next_line,
    COUNT(*) AS lines,
    CAST(d.total + d.withheld - d.total_tax - SUM(l.net) AS NUMERIC(28, 4)) AS off,
    ABS(d.total + d.withheld - d.total_tax - SUM(l.net)) <= 0.005 * (COUNT(*) + 1)
        OR COALESCE(
            ABS(MAX(i.total - i.sub_total - i.total_tax)) <= {{ rounded_by }}
            AND d.total + d.withheld - d.total_tax - SUM(l.net) = MAX(i.total - i.sub_total - i.total_tax), FALSE
        ) AS may_round
FROM posting_documents_due AS d JOIN posting_lines AS l ON l.document_id = d.document_id
LEFT JOIN xero.invoices AS i
    ON i.tenant_id = {{ tenant }} AND i.invoice_id = d.document_id AND d.source_table = 'invoices'
WHERE d.whole IS NOT NULL
GROUP BY d.document_id, d.total, d.withheld, d.total_tax
