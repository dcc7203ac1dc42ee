-- title: Changes in closed months
-- answers: Which figures of months that were over have changed since, in which account, by how much.
-- parameter: since (date, default 30 days ago): seen on or after this day
-- parameter: organisation (text, default all): name or tenant id
with chosen as (
    select tenant_id, organisation, base_currency from organisations_called(:organisation)
)
select
    c.organisation,
    c.base_currency,
    r.period_start as month,
    r.report,
    r.basis,
    coalesce(r.account_name, r.line) as line,
    r.measure as figure,
    r.amount_before as before,
    r.amount_after as after,
    r.difference,
    r.was_locked,
    r.seen_at
from xero.restatements as r
join chosen as c on c.tenant_id = r.tenant_id
where r.seen_at >= own(:since, r.tenant_id) and coalesce(r.line_type, 'account') = 'account'
order by c.organisation, r.seen_at, r.period_start, r.report, line
