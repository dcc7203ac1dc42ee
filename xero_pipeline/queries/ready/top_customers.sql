-- title: Top customers
-- answers: Who bought most: sales invoices less credit notes, without tax, in the base currency.
-- parameter: since (month, default 11 months ago): first month
-- parameter: until (month, default this month): last month
-- parameter: top (integer, default 10): how many customers
-- parameter: organisation (text, default all): name or tenant id
with chosen as (
    select tenant_id, organisation from organisations_called(:organisation)
),
sales as (
    select tenant_id, contact_id, contact_name, date, 1 as invoices, to_base(sub_total, currency_rate) as amount
    from xero.invoices
    where type = 'ACCREC' and status in ('AUTHORISED', 'PAID') and not is_deleted
    union all
    select tenant_id, contact_id, contact_name, date, 0, -to_base(sub_total, currency_rate)
    from xero.credit_notes
    where type = 'ACCRECCREDIT' and status in ('AUTHORISED', 'PAID') and not is_deleted
),
ranked as (
    select
        c.organisation,
        coalesce(max(k.name), max(s.contact_name)) as customer,
        sum(s.invoices) as invoices,
        sum(s.amount) as sales,
        sum(sum(s.amount)) over (partition by c.tenant_id) as all_sales,
        row_number() over (partition by c.tenant_id order by sum(s.amount) desc, s.contact_id) as place
    from sales as s
    join chosen as c on c.tenant_id = s.tenant_id
    left join xero.contacts as k on k.tenant_id = s.tenant_id and k.contact_id = s.contact_id
    where s.date >= own(:since, s.tenant_id) and s.date < own(:until, s.tenant_id) + interval '1 month'
    group by c.tenant_id, c.organisation, s.contact_id
)
select
    organisation, place, customer, invoices, sales,
    case when all_sales > 0 then share(100, sales, all_sales) end as percent_of_all_sales
from ranked
where place <= cast(:top as integer)
order by organisation, place
