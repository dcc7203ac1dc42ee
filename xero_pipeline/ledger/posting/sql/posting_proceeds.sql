-- The account on which the price of a fixed asset is booked: the one account of sales and of money received that has a line
-- of just that amount within a month of its disposal. The register does not say it.
SELECT l.asset_id, CASE WHEN COUNT(DISTINCT s.account_id) = 1 THEN MIN(s.account_id) END AS account_id
FROM xero.fixed_asset_postings AS l
JOIN (
    {%- for table, type, posted in (("bank_transactions", "RECEIVE", posted_money), ("invoices", "ACCREC", posted_document)) %}
    {{ "UNION ALL" if not loop.first }}
    SELECT
        h.date, COALESCE(i.account_id, a.account_id) AS account_id,
        i.line_amount - CASE WHEN UPPER(h.line_amount_types) = 'INCLUSIVE' THEN COALESCE(i.tax_amount, 0) ELSE 0 END AS net
    FROM xero.{{ table[:-1] }}_line_items AS i
    JOIN xero.{{ table }} AS h ON h.tenant_id = i.tenant_id AND h.{{ table[:-1] }}_id = i.{{ table[:-1] }}_id
    LEFT JOIN posting_accounts AS a ON a.code = i.account_code
    WHERE i.tenant_id = {{ tenant }} AND NOT i.is_deleted AND NOT h.is_deleted AND h.type = '{{ type }}'
        AND h.status IN {{ among(posted) }}
    {%- endfor %}
) AS s ON s.net = l.line_amount AND ABS(s.date - l.date) <= 31
WHERE l.tenant_id = {{ tenant }} AND NOT l.is_deleted AND l.kind = 'PROCEEDS'
GROUP BY l.asset_id
