-- title: Sales by month
-- answers: What was invoiced and credited, month by month, without tax, in the base currency.
-- parameter: since (month, default 11 months ago): first month
-- parameter: until (month, default this month): last month
-- parameter: organisation (text, default all): name or tenant id
-- total: invoices, invoiced, credited, sales
with chosen as (
    select tenant_id, organisation, base_currency from organisations_called(:organisation)
)
select
    c.organisation,
    c.base_currency,
    s.month,
    sum(s.invoices) as invoices,
    sum(s.invoiced) as invoiced,
    sum(s.credited) as credited,
    sum(s.sales) as sales
from metric(sales, :since, :until) as s
join chosen as c on c.tenant_id = s.tenant_id
group by c.tenant_id, c.organisation, c.base_currency, s.month
order by c.organisation, s.month
