-- By how much the legs of a document do not balance: cents of rounding, or a document that is wrong.
SELECT
    journal_id,
    SUM(net) AS excess,
    SUM(CASE WHEN role = 'line' THEN 1 ELSE 0 END) AS lines,
    MAX(CASE WHEN account_id IS NULL AND (net <> 0 OR foreign_net <> 0) THEN line_number END) AS without_account,
    MIN(CASE WHEN account_id IS NULL AND (net <> 0 OR foreign_net <> 0) THEN role END) AS without_role
FROM posting_draft_legs
GROUP BY journal_id
