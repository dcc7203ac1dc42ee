-- One journal a month; the first holds what was there before.
INSERT INTO {{ named("journals") }} (tenant_id, journal_id, journal_date, source_type, reference, posted_at)
SELECT
    {{ tenant }}, journal_id, period_end, 'UNEXPLAINED',
    CASE number WHEN 0 THEN 'Balances before the first document' ELSE 'Not shown by any document' END, {{ at }}
FROM tie_periods
WHERE number IN (SELECT number FROM tie_unexplained)
