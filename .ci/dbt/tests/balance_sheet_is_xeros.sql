-- By month and account as in Xero's report; the package has retained earnings in two rows of one name.
with theirs as (
    select date_month as month, account_name as account, sum(net_amount) as amount
    from {{ ref('xero__balance_sheet_report') }}
    group by 1, 2
),

xeros as (
    select period_start as month, account_name as account, sum(amount) as amount
    from books.xero.balance_sheet
    where account_id is not null
    group by 1, 2
)

select month, account, theirs.amount, xeros.amount as xeros
from xeros full join theirs using (month, account)
where month >= (select min(month) from xeros) and abs(coalesce(theirs.amount, 0)) <> abs(coalesce(xeros.amount, 0))
