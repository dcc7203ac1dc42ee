UPDATE posting_allocations
SET counts = FALSE, refused = COALESCE(refused, 'an allocation of it has the id of another record')
WHERE event_id IN (SELECT event_id FROM posting_shared_ids)
