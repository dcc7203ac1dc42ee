-- By month and account as in Xero's report, which shows the accounts of currency gains as one line.
with theirs as (
    select
        date_month as month,
        case
            when account_name in ('Realised Currency Gains', 'Unrealised Currency Gains', 'Bank Revaluations')
                then 'Foreign Currency Gains and Losses'
            else account_name
        end as account,
        sum(net_amount) as amount
    from {{ ref('xero__profit_and_loss_report') }}
    group by 1, 2
),

xeros as (
    select period_start as month, account_name as account, sum(amount) as amount
    from books.xero.profit_and_loss
    where account_id is not null
    group by 1, 2
)

select month, account, theirs.amount, xeros.amount as xeros
from xeros full join theirs using (month, account)
where month >= (select min(month) from xeros) and abs(coalesce(theirs.amount, 0)) <> abs(coalesce(xeros.amount, 0))
