-- The legs of every journal that is written; those of one journal sum to zero. What rounding left over of a document
-- goes to the line with the largest amount, so that no line for rounding is needed.
SELECT
    journal_id, line_number, account_id,
    CAST(net - CASE WHEN rank = 1 THEN excess ELSE 0 END AS NUMERIC(19, 4)) AS net,
    tax, foreign_net, role, {{ line_columns | join(", ") }}
FROM (
    SELECT
        p.*, e.excess,
        CASE WHEN e.excess <> 0 AND p.role = 'line'
            THEN ROW_NUMBER() OVER (PARTITION BY p.journal_id, p.role ORDER BY ABS(p.net) DESC, p.line_number)
        END AS rank
    FROM posting_draft_legs AS p
    JOIN posting_imbalance AS e ON e.journal_id = p.journal_id
    WHERE p.journal_id NOT IN (SELECT document_id FROM posting_unpostable)
) AS ranked
WHERE net <> 0 OR foreign_net <> 0

UNION ALL
SELECT
    s.journal_id, s.line_number, s.account_id, CAST(s.net AS NUMERIC(19, 4)), 0, CAST(s.foreign_net AS NUMERIC(19, 4)),
    s.role, s.line_item_id{% for name in line_columns[1:] %}, CAST(NULL AS TEXT){% endfor %}
FROM posting_settlement_legs AS s JOIN posting_gains AS g ON g.journal_id = s.journal_id
WHERE s.net <> 0 OR s.foreign_net <> 0

UNION ALL
SELECT g.journal_id, g.last, s.realisedcurrencygain, CAST(-g.gain AS NUMERIC(19, 4)), 0, 0, 'gain', {{ no_line }}
FROM posting_gains AS g CROSS JOIN posting_settings AS s
WHERE g.gain <> 0
