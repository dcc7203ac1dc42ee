-- title: Cash
-- answers: What is in each bank account, in the base currency, and what came and went in the month.
-- parameter: month (month, default this month): which month; when it was not pulled yet, the one before it that was
-- parameter: organisation (text, default all): name or tenant id
-- total: opening_balance, received, spent, closing_balance
with chosen as (
    select tenant_id, organisation from organisations_called(:organisation)
)
select
    c.organisation,
    b.account_name as account,
    b.period_start as month,
    b.opening_balance,
    b.cash_received as received,
    b.cash_spent as spent,
    b.closing_balance
from xero.bank_summary as b
join chosen as c on c.tenant_id = b.tenant_id
where b.period_start = (
    select max(latest.period_start) from xero.bank_summary as latest
    where latest.tenant_id = b.tenant_id and latest.period_start <= own(:month, latest.tenant_id)
)
order by c.organisation, b.position
