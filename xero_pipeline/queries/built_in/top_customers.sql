-- title: Top customers
-- answers: Who bought most: sales invoices less credit notes, without tax, in the base currency.
-- parameter: since (month, default 11 months ago): first month
-- parameter: until (month, default this month): last month
-- parameter: top (integer, default 10): how many customers
-- parameter: organisation (text, default all): name or tenant id
with chosen as (
    select tenant_id, organisation, base_currency from organisations_called(:organisation)
),
ranked as (
    select
        c.organisation,
        c.base_currency,
        max(s.contact) as customer,
        sum(s.invoices) as invoices,
        sum(s.sales) as sales,
        sum(sum(s.sales)) over (partition by c.tenant_id) as all_sales,
        row_number() over (partition by c.tenant_id order by sum(s.sales) desc, s.contact_id) as place
    from metric(sales, :since, :until) as s
    join chosen as c on c.tenant_id = s.tenant_id
    group by c.tenant_id, c.organisation, c.base_currency, s.contact_id
)
select
    organisation, base_currency, place, customer, invoices, sales,
    case when all_sales > 0 then share(100, sales, all_sales) end as percent_of_all_sales
from ranked
where place <= cast(:top as integer)
order by organisation, place
