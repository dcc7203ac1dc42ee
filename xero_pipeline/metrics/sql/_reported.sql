select
    r.tenant_id, r.period_start as month, r.account_id, r.account_name as account,
    case when a.class = 'REVENUE' then r.amount else 0 end as income,
    case when a.type = 'DIRECTCOSTS' then r.amount else 0 end as cost_of_sales,
    case when a.class = 'REVENUE' or a.type = 'DIRECTCOSTS' then 0 else r.amount end as expenses
from xero.{{ table }} as r
join ({{ asked }}) as asked
    on asked.tenant_id = r.tenant_id and r.period_start between asked.since and asked.until
left join xero.accounts as a on a.tenant_id = r.tenant_id and a.account_id = r.account_id
where r.line_type = 'account'{{ condition }}
