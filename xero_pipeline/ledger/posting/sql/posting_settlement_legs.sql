-- The legs of payments and of credits set off, before any gain of currencies.
SELECT
    p.event_id AS journal_id,
    0 AS line_number,
    p.account_id,
    p.side * COALESCE(p.base_amount, {{ to_base("p.amount", "p.rate") }}) AS net,
    CAST(p.side * COALESCE(p.bank_amount, p.amount) AS NUMERIC(19, 4)) AS foreign_net,
    'bank' AS role,
    CAST(NULL AS TEXT) AS line_item_id
FROM posting_payments_due AS p

UNION ALL
-- An invoice, a bill, a credit note or an overpayment stands on its control account.
SELECT event_id, place, whole_account_id, side * cleared, side * amount, 'control', NULL
FROM posting_settlements WHERE advance IS DISTINCT FROM 'prepayments'

UNION ALL
-- A prepayment stands on the account its lines name, with its tax.
SELECT c.event_id, c.place + 1, s.gst, c.side * {{ to_base("c.tax_share", "c.rate") }}, c.side * c.tax_share, 'tax', NULL
FROM posting_settlements AS c CROSS JOIN posting_settings AS s
WHERE c.advance = 'prepayments' AND c.tax_share <> 0

UNION ALL
-- Its lines share the rest by their amounts; what rounding leaves is on the largest of them.
{%- set part = share("l.net", "c.amount", "c.total") %}
SELECT
    event_id, place + 1 + position, account_id,
    side * (net + CASE rank WHEN 1 THEN whole - SUM(net) OVER (PARTITION BY event_id, place) ELSE 0 END),
    side * (foreign_net + CASE rank WHEN 1
        THEN foreign_whole - SUM(foreign_net) OVER (PARTITION BY event_id, place) ELSE 0 END),
    'line', line_item_id
FROM (
    SELECT
        c.event_id, c.place, c.side, l.position, l.account_id, l.line_item_id,
        {{ to_base(part, "c.rate") }} AS net,
        {{ part }} AS foreign_net,
        c.cleared - {{ to_base("c.tax_share", "c.rate") }} AS whole,
        c.amount - c.tax_share AS foreign_whole,
        ROW_NUMBER() OVER (PARTITION BY c.event_id, c.place ORDER BY ABS(l.net) DESC, l.position) AS rank
    FROM posting_settlements AS c JOIN posting_lines AS l ON l.document_id = c.document_id
    WHERE c.advance = 'prepayments' AND c.total > 0
) AS shares
