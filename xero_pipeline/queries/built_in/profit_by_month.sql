-- title: Profit by month
-- answers: Income, expenses and what is left, month by month.
-- parameter: since (month, default 11 months ago): first month
-- parameter: until (month, default this month): last month
-- parameter: organisation (text, default all): name or tenant id
-- total: income, expenses, profit
with chosen as (
    select tenant_id, organisation, base_currency from organisations_called(:organisation)
)
select
    c.organisation,
    c.base_currency,
    p.month,
    sum(p.income) as income,
    sum(p.cost_of_sales) + sum(p.expenses) as expenses,
    sum(p.net_profit) as profit
from metric(profit_and_loss, :since, :until) as p
join chosen as c on c.tenant_id = p.tenant_id
group by c.tenant_id, c.organisation, c.base_currency, p.month
order by c.organisation, p.month
