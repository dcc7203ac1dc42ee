-- What posted nothing before is a change only if Xero changed its record since the books are known to be locked: else it
-- came late into the warehouse. The register of fixed assets does not say when: what it posts anew is none. So is everything when the settings changed, for then the rules may post it otherwise.
INSERT INTO xero.locked_document_changes (
    tenant_id, source_table, source_id, period_start, account_id, seen_at, source_type, document_id, number, contact_id,
    contact_name, change, amount_before, amount_after, difference, unchanged_until, updated_date_utc, lock_date, was_locked
)
WITH documents AS (
    SELECT record_id, MAX(updated_at) AS updated_at FROM locked_records GROUP BY record_id
)
SELECT
    {{ tenant }}, a.source_table, a.source_id, a.period_start, a.account_id, {{ at }}, a.source_type, a.document_id,
    a.number, a.contact_id, c.name,
    CASE WHEN a.legs_before = 0 THEN 'added' WHEN a.legs_after = 0 THEN 'removed' ELSE 'changed' END,
    a.amount_before, a.amount_after, a.amount_after - a.amount_before, {{ kept_at }},
    COALESCE(s.updated_at, GREATEST(d.updated_at, o.updated_at)), {{ lock_date }}, a.was_locked
FROM locked_amounts AS a
LEFT JOIN locked_records AS s ON s.source_table = a.source_table AND s.record_id = a.source_id
LEFT JOIN documents AS d ON d.record_id = a.document_id
LEFT JOIN documents AS o ON o.record_id = a.settled_document_id
LEFT JOIN xero.contacts AS c ON c.tenant_id = {{ tenant }} AND c.contact_id = a.contact_id
WHERE (a.was_posted AND NOT EXISTS (SELECT 1 FROM posting_changed WHERE document_id = 'settings' AND differs))
    OR COALESCE(COALESCE(s.updated_at, GREATEST(d.updated_at, o.updated_at)) >= {{ since }}, a.source_table <> 'fixed_assets')
ON CONFLICT (tenant_id, source_table, source_id, period_start, account_id, seen_at) DO UPDATE SET
    change = excluded.change, amount_after = excluded.amount_after,
    difference = excluded.amount_after - locked_document_changes.amount_before
