-- title: Biggest expenses
-- answers: Where the money goes: the expense accounts with the largest amounts in the profit and loss.
-- parameter: since (month, default 11 months ago): first month
-- parameter: until (month, default this month): last month
-- parameter: top (integer, default 10): how many accounts
-- parameter: organisation (text, default all): name or tenant id
with chosen as (
    select tenant_id, organisation from organisations_called(:organisation)
),
ranked as (
    select
        c.organisation,
        max(a.name) as account,
        sum(p.amount) as spent,
        sum(sum(p.amount)) over (partition by c.tenant_id) as all_spent,
        row_number() over (partition by c.tenant_id order by sum(p.amount) desc, p.account_id) as place
    from xero.profit_and_loss as p
    join chosen as c on c.tenant_id = p.tenant_id
    join xero.accounts as a on a.tenant_id = p.tenant_id and a.account_id = p.account_id
    where p.basis = 'accrual' and p.line_type = 'account' and a.class = 'EXPENSE'
        and p.period_start between own(:since, p.tenant_id) and own(:until, p.tenant_id)
    group by c.tenant_id, c.organisation, p.account_id
)
select
    organisation, place, account, spent,
    case when all_spent > 0 then share(100, spent, all_spent) end as percent_of_all_expenses
from ranked
where place <= cast(:top as integer)
order by organisation, place
