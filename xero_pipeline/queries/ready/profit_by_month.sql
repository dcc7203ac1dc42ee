-- title: Profit by month
-- answers: Income, expenses and what is left, month by month.
-- parameter: since (month, default 11 months ago): first month
-- parameter: until (month, default this month): last month
-- parameter: organisation (text, default all): name or tenant id
-- total: income, expenses, profit
with chosen as (
    select tenant_id, organisation from organisations_called(:organisation)
),
lines as (
    select
        p.tenant_id, p.period_start, p.amount, a.class, p.line_type,
        p.position = max(p.position) over (partition by p.tenant_id, p.period_start) as is_last
    from xero.profit_and_loss as p
    left join xero.accounts as a on a.tenant_id = p.tenant_id and a.account_id = p.account_id
    where p.basis = 'accrual' and p.period_start between own(:since, p.tenant_id) and own(:until, p.tenant_id)
),
months as (
    select
        tenant_id, period_start as month,
        sum(case when line_type = 'account' and class = 'REVENUE' then amount else 0 end) as income,
        -- The last line of the report is what is left.
        sum(case when is_last then amount else 0 end) as profit
    from lines
    group by tenant_id, period_start
)
select c.organisation, m.month, m.income, m.income - m.profit as expenses, m.profit
from months as m
join chosen as c on c.tenant_id = m.tenant_id
order by c.organisation, m.month
