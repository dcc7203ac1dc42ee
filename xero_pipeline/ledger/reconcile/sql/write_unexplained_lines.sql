INSERT INTO {{ named("journal_lines") }} (
    tenant_id, journal_id, line_number, journal_date, account_id, net_amount, tax_amount, foreign_amount, role,
    source_type, cause, description
)
SELECT
    {{ tenant }}, p.journal_id, u.place, p.period_end, u.account_id, u.amount, 0, u.amount, 'unexplained',
    'UNEXPLAINED', u.cause, CONCAT('Not shown by any document; likely: ', LOWER(u.cause))
FROM tie_unexplained AS u JOIN tie_periods AS p ON p.number = u.number
