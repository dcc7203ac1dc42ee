-- The legs of documents as the rules say them, each rounded on its own: the whole amount (0), the tax (1), the lines.
-- A journal (by hand, a pay run, depreciation) says debit or credit by the sign of its lines; any other document's lines face its whole amount.
{%- set facing = "CASE WHEN d.whole IS NULL THEN 1 ELSE -d.side END" %}
SELECT
    d.document_id AS journal_id,
    0 AS line_number,
    d.whole_account_id AS account_id,
    d.side * COALESCE(d.base_total, {{ to_base("d.total") }}) AS net,
    CAST(0 AS NUMERIC(19, 4)) AS tax,
    CAST(d.side * d.total AS NUMERIC(19, 4)) AS foreign_net,
    CASE d.whole WHEN 'bank' THEN 'bank' ELSE 'control' END AS role,
    {%- for name in line_columns %}
    CAST(NULL AS TEXT) AS {{ name }}{{ "," if not loop.last }}
    {%- endfor %}
FROM posting_documents_due AS d
WHERE d.whole IS NOT NULL AND d.rate > 0

UNION ALL
SELECT
    d.document_id, 1, s.gst, -d.side * {{ to_base("d.total_tax") }}, 0, -d.side * d.total_tax, 'tax', {{ no_line }}
FROM posting_documents_due AS d CROSS JOIN posting_settings AS s
WHERE d.total_tax <> 0 AND d.rate > 0

UNION ALL
SELECT
    d.document_id, {{ first_line }} - 1 + l.position, l.account_id,
    {{ facing }} * {{ to_base("l.net") }}, {{ facing }} * {{ to_base("l.tax") }}, {{ facing }} * l.net,
    'line', {% for name in line_columns %}l.{{ name }}{{ ", " if not loop.last }}{% endfor %}
FROM posting_documents_due AS d JOIN posting_lines AS l ON l.document_id = d.document_id
WHERE d.rate > 0

UNION ALL
-- The tax of a manual journal is nowhere but on its lines.
SELECT d.document_id, 1, s.gst, SUM(l.tax), 0, SUM(l.tax), 'tax', {{ no_line }}
FROM posting_documents_due AS d JOIN posting_lines AS l ON l.document_id = d.document_id CROSS JOIN posting_settings AS s
WHERE d.whole IS NULL
GROUP BY d.document_id, s.gst HAVING SUM(l.tax) <> 0

UNION ALL
-- The other half of a transfer: the same amount of base currency on the account it went to.
SELECT
    d.document_id, 1, d.other_account_id, COALESCE(d.base_total, {{ to_base("d.total") }}), 0,
    COALESCE(d.other_total, d.base_total, {{ to_base("d.total") }}), 'bank', {{ no_line }}
FROM posting_documents_due AS d
WHERE d.source_table = 'bank_transfers' AND d.rate > 0

UNION ALL
-- What is withheld for the tax office stands beside what is owed, on the account that Xero has for it.
SELECT
    d.document_id, o.next_line, CASE d.whole WHEN 'DEBTORS' THEN COALESCE(s.cisassets, s.cisasset) ELSE s.cisliability END,
    d.side * {{ to_base("d.withheld") }}, 0, d.side * d.withheld, 'withheld', {{ no_line }}
FROM posting_documents_due AS d JOIN posting_rounding AS o ON o.document_id = d.document_id CROSS JOIN posting_settings AS s
WHERE d.withheld <> 0 AND d.rate > 0

UNION ALL
-- Xero puts what a total is off its lines, in the document's own currency, on its account for rounding.
SELECT
    d.document_id, o.next_line + 1, s.rounding, -d.side * {{ to_base("o.off") }}, 0, -d.side * o.off, 'rounding', {{ no_line }}
FROM posting_documents_due AS d JOIN posting_rounding AS o ON o.document_id = d.document_id CROSS JOIN posting_settings AS s
WHERE o.off <> 0 AND o.may_round AND s.rounding IS NOT NULL AND d.rate > 0
