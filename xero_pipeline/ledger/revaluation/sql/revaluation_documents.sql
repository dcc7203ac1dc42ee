-- Every invoice, credit note and overpayment in another currency that is open at a month end.
SELECT
    p.number, a.account_id, d.document_id, d.source_table, d.currency_code, d.currency_rate,
    CASE d.side WHEN 'receivables' THEN d.open_amount ELSE -d.open_amount END AS foreign_amount,
    CASE d.side WHEN 'receivables' THEN d.open_amount_base ELSE -d.open_amount_base END AS base_amount
FROM ({{ open_documents }}) AS d
JOIN tie_periods AS p ON p.period_end = d.as_of
JOIN tie_accounts AS a ON a.system_account = CASE d.side WHEN 'receivables' THEN 'DEBTORS' ELSE 'CREDITORS' END
WHERE d.currency_code <> (SELECT base_currency FROM xero.organisations WHERE tenant_id = {{ tenant }} AND NOT is_deleted)
