-- The gain or loss that two rates leave. An allocation that moves nothing from one account to another is no journal.
SELECT journal_id, SUM(net) AS gain, MAX(line_number) + 1 AS last
FROM posting_settlement_legs
WHERE journal_id NOT IN (SELECT event_id FROM posting_unpostable_settlements)
GROUP BY journal_id
HAVING SUM(net) <> 0 OR COUNT(DISTINCT account_id) > 1
