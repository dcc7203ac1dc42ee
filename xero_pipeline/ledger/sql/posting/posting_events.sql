-- What lowers the open amount of a document, day by day, and by how much in base currency.
--
-- Of a document paid in parts each part clears what its open amount in base currency falls by. So the control account
-- always holds the open documents, each at its own rate, to the cent; and the tax of a prepayment leaves it whole.
WITH events AS (
    SELECT event_id, document_id, date, amount FROM posting_payments WHERE counts
    UNION ALL
    SELECT event_id, credit_id, date, amount FROM posting_allocations WHERE counts
    UNION ALL
    SELECT event_id, document_id, date, amount FROM posting_allocations WHERE counts
),
running AS (
    SELECT
        e.*,
        CAST(SUM(e.amount) OVER (PARTITION BY e.document_id ORDER BY e.date, e.event_id ROWS UNBOUNDED PRECEDING)
            AS NUMERIC(19, 4)) AS taken
    FROM events AS e JOIN posting_circle AS c ON c.document_id = e.document_id
)
SELECT
    r.*,
    {{ to_base("(d.total - r.taken + r.amount)", "d.rate") }} - {{ to_base("(d.total - r.taken)", "d.rate") }} AS cleared,
    CASE WHEN d.total_tax = 0 OR d.total = 0 THEN 0 ELSE
        {{ share("d.total_tax", "r.taken", "d.total") }} - {{ share("d.total_tax", "(r.taken - r.amount)", "d.total") }}
    END AS tax_share
FROM running AS r
JOIN posting_documents AS d ON d.document_id = r.document_id
WHERE d.rate > 0
