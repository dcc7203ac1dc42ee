-- title: Sales by month
-- answers: What was invoiced and credited, month by month, without tax, in the base currency.
-- parameter: since (month, default 11 months ago): first month
-- parameter: until (month, default this month): last month
-- parameter: organisation (text, default all): name or tenant id
-- total: invoices, invoiced, credited, sales
with chosen as (
    select tenant_id, organisation from organisations_called(:organisation)
),
sales as (
    select tenant_id, date, 1 as invoices, to_base(sub_total, currency_rate) as invoiced, 0 as credited
    from xero.invoices
    where type = 'ACCREC' and status in ('AUTHORISED', 'PAID') and not is_deleted
    union all
    select tenant_id, date, 0, 0, to_base(sub_total, currency_rate)
    from xero.credit_notes
    where type = 'ACCRECCREDIT' and status in ('AUTHORISED', 'PAID') and not is_deleted
)
select
    c.organisation,
    cast(date_trunc('month', s.date) as date) as month,
    sum(s.invoices) as invoices,
    sum(s.invoiced) as invoiced,
    sum(s.credited) as credited,
    sum(s.invoiced) - sum(s.credited) as sales
from sales as s
join chosen as c on c.tenant_id = s.tenant_id
where s.date >= own(:since, s.tenant_id) and s.date < own(:until, s.tenant_id) + interval '1 month'
group by c.tenant_id, 1, 2
order by 1, 2
