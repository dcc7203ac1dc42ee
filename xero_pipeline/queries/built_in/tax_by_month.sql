-- title: Tax by month (VAT, GST, sales tax)
-- answers: Tax on what was sold and on what was bought, month by month, in the base currency: an estimate before the return.
-- parameter: since (month, default 11 months ago): first month
-- parameter: until (month, default this month): last month
-- parameter: organisation (text, default all): name or tenant id
-- total: tax_on_sales, tax_on_purchases, to_pay
with chosen as (
    select tenant_id, organisation, base_currency from organisations_called(:organisation)
)
select c.organisation, c.base_currency, t.month, t.tax_on_sales, t.tax_on_purchases, t.to_pay
from metric(tax, :since, :until) as t
join chosen as c on c.tenant_id = t.tenant_id
order by c.organisation, t.month
