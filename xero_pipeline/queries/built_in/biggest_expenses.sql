-- title: Biggest expenses
-- answers: Where the money goes: the expense accounts with the largest amounts in the profit and loss.
-- parameter: since (month, default 11 months ago): first month
-- parameter: until (month, default this month): last month
-- parameter: top (integer, default 10): how many accounts
-- parameter: organisation (text, default all): name or tenant id
with chosen as (
    select tenant_id, organisation, base_currency from organisations_called(:organisation)
),
spent as (
    select c.tenant_id, c.organisation, c.base_currency, p.account_id, p.account, p.cost_of_sales + p.expenses as amount
    from metric(profit_and_loss, :since, :until) as p
    join chosen as c on c.tenant_id = p.tenant_id
    where p.cost_of_sales + p.expenses <> 0
),
ranked as (
    select
        organisation,
        base_currency,
        max(account) as account,
        sum(amount) as spent,
        sum(sum(amount)) over (partition by tenant_id) as all_spent,
        row_number() over (partition by tenant_id order by sum(amount) desc, account_id) as place
    from spent
    group by tenant_id, organisation, base_currency, account_id
)
select
    organisation, base_currency, place, account, spent,
    case when all_spent > 0 then share(100, spent, all_spent) end as percent_of_all_expenses
from ranked
where place <= cast(:top as integer)
order by organisation, place
