-- In base currency alone: Xero's journals do not say what it was in another.
INSERT INTO {{ named("journal_lines") }} (
    tenant_id, journal_id, line_number, journal_date, account_id, net_amount, tax_amount, foreign_amount, role,
    source_type, source_id, contact_id, description, tax_type,
    tracking_category_id_1, tracking_option_id_1, tracking_category_1, tracking_option_1,
    tracking_category_id_2, tracking_option_id_2, tracking_category_2, tracking_option_2
)
SELECT
    {{ tenant }}, l.journal_id, l.position - 1, j.journal_date, l.account_id, l.net_amount, COALESCE(l.tax_amount, 0),
    l.net_amount,
    CASE
        WHEN a.system_account IN ('DEBTORS', 'CREDITORS') THEN 'control'
        WHEN a.system_account = 'GST' THEN 'tax'
        WHEN a.system_account IN ('REALISEDCURRENCYGAIN', 'UNREALISEDCURRENCYGAIN', 'BANKCURRENCYGAIN') THEN 'gain'
        WHEN a.type = 'BANK' THEN 'bank'
        ELSE 'line'
    END,
    j.source_type, j.source_id, j.contact_id, l.description, l.tax_type,
    t.category_id_1, t.option_id_1, t.category_1, t.option_1, t.category_id_2, t.option_id_2, t.category_2, t.option_2
FROM xero_journals_due AS j
JOIN xero.journal_lines AS l ON l.tenant_id = {{ tenant }} AND l.journal_id = j.journal_id AND NOT l.is_deleted
LEFT JOIN xero.accounts AS a ON a.tenant_id = {{ tenant }} AND a.account_id = l.account_id
LEFT JOIN (
    SELECT
        journal_id, journal_line_id,
        {%- for place in (1, 2) %}
        MAX(CASE WHEN position = {{ place }} THEN tracking_category_id END) AS category_id_{{ place }},
        MAX(CASE WHEN position = {{ place }} THEN tracking_option_id END) AS option_id_{{ place }},
        MAX(CASE WHEN position = {{ place }} THEN name END) AS category_{{ place }},
        MAX(CASE WHEN position = {{ place }} THEN "option" END) AS option_{{ place }}{{ "," if not loop.last }}
        {%- endfor %}
    FROM xero.journal_line_tracking WHERE tenant_id = {{ tenant }} AND NOT is_deleted
    GROUP BY journal_id, journal_line_id
) AS t ON t.journal_id = l.journal_id AND t.journal_line_id = l.journal_line_id
