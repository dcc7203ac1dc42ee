-- title: Profit and loss of a month
-- answers: What came in, what it cost and what is left, account by account in Xero's layout, beside the month before and the year before.
-- parameter: month (month, default this month): which month
-- parameter: organisation (text, default all): name or tenant id
with chosen as (
    select tenant_id, organisation, base_currency from organisations_called(:organisation)
),
lines as (
    select
        p.tenant_id, p.section, p.line_type, p.account_id, p.account_name,
        max(p.position) as place,
        sum(case when p.period_start = own(:month, p.tenant_id) then p.amount end) as amount,
        sum(case when p.period_start = own(:month, p.tenant_id) - interval '1 month' then p.amount end) as month_before,
        sum(case when p.period_start = own(:month, p.tenant_id) - interval '1 year' then p.amount end) as year_before
    from ledger.profit_and_loss as p
    where p.period_start in (
        own(:month, p.tenant_id),
        cast(own(:month, p.tenant_id) - interval '1 month' as date),
        cast(own(:month, p.tenant_id) - interval '1 year' as date)
    )
    group by p.tenant_id, p.section, p.line_type, p.account_id, p.account_name
),
sections as (
    select
        lines.*,
        min(place) over (partition by tenant_id, coalesce(nullif(section, ''), account_name)) as section_place
    from lines
)
select c.organisation, c.base_currency, s.section, s.account_name as line, s.amount, s.month_before, s.year_before
from sections as s
join chosen as c on c.tenant_id = s.tenant_id
order by c.organisation, s.section_place, s.line_type, s.place, s.account_name
