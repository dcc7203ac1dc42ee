-- By how much the total of a document is off its lines and tax, in the document's own currency. Half a cent a leg is what
-- rounding does; an invoice or a bill may say up to ten cents more in its own sums. More is a document that is wrong.
{%- set off = "d.total + d.withheld - d.total_tax - SUM(l.net)" %}
{%- set said = "i.total - i.sub_total - i.total_tax" %}
SELECT
    d.document_id,
    {{ first_line }} + MAX(l.position) AS next_line,
    COUNT(*) AS lines,
    CAST({{ off }} AS NUMERIC(28, 4)) AS off,
    ABS({{ off }}) <= 0.005 * (COUNT(*) + 1)
        OR COALESCE(ABS({{ said }}) <= 0.10 AND ABS({{ off }} - ({{ said }})) <= 0.005 * (COUNT(*) + 1), FALSE) AS may_round
FROM posting_documents_due AS d JOIN posting_lines AS l ON l.document_id = d.document_id
LEFT JOIN xero.invoices AS i ON i.tenant_id = {{ tenant }} AND i.invoice_id = d.document_id
WHERE d.whole IS NOT NULL
GROUP BY d.document_id, d.total, d.withheld, d.total_tax, i.total, i.sub_total, i.total_tax
