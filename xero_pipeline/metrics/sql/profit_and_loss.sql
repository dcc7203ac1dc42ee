-- title: Profit and loss by month
-- means: What was earned and spent in a month, on the accrual basis: what the journals of the ledger moved on income and
--        expense accounts, as in `ledger.profit_and_loss`.
-- row: One account and month; a month in which nothing moved has one row without an account.
-- kinds: The type and class of the account decide, never a heading. `income` is sales and other income, `cost_of_sales`
--        what is of type DIRECTCOSTS, `expenses` all other costs. Currency gains go by the account they are on.
--        Gross margin is income less cost of sales, net margin net profit, each as a share of income; where there is no
--        income, there is none. Year to date adds up the months since the financial year began.
-- signs: Income and costs are positive; `net_profit` is income less both, negative for a loss.
-- currency: The base currency, as the journals were posted.
-- leaves out: Months before the first journal and after the last; journals on accounts that are not in the chart. Cash basis:
--             `statement profit-and-loss --basis cash` tells it.
-- proof: Every month the tie-out compares each account with Xero's own profit and loss.
-- shown: On the web page, in Dagster on `ledger/profit_and_loss`, by the queries `profit_by_month` and `biggest_expenses`; line by
--        line by the query `profit_and_loss`, by `statement profit-and-loss`, in the table `ledger.profit_and_loss`.
select
    tenant_id, month, account_id, account, income, cost_of_sales, expenses, income - cost_of_sales - expenses as net_profit
from (
    select
        p.tenant_id, p.period_start as month, p.account_id, p.account_name as account,
        case when p.section in ('{{ income }}', '{{ other_income }}') then p.amount else 0 end as income,
        case when p.section = '{{ cost_of_sales }}' then p.amount else 0 end as cost_of_sales,
        case when p.section = '{{ expenses }}' then p.amount else 0 end as expenses
    from {{ named("profit_and_loss") }} as p
    join ({{ asked }}) as asked
        on asked.tenant_id = p.tenant_id and p.period_start between asked.since and asked.until
    where p.line_type = 'account'

    union all
    select p.tenant_id, p.period_start, null, null, 0, 0, 0
    from {{ named("profit_and_loss") }} as p
    join ({{ asked }}) as asked
        on asked.tenant_id = p.tenant_id and p.period_start between asked.since and asked.until
    group by p.tenant_id, p.period_start
    having max(case when p.line_type = 'account' then 1 else 0 end) = 0
) as kinds
