-- title: Cash
-- answers: What is in each bank account, in the base currency, and what came and went in the month.
-- parameter: month (month, default this month): which month; when the ledger has no journals of it yet, the last one before it that it has
-- parameter: organisation (text, default all): name or tenant id
-- total: opening_balance, received, spent, closing_balance
with chosen as (
    select tenant_id, organisation, base_currency from organisations_called(:organisation)
)
select
    c.organisation,
    c.base_currency,
    b.account,
    b.month,
    b.opening as opening_balance,
    b.received,
    b.spent,
    b.closing as closing_balance
from metric(cash, :month) as b
join chosen as c on c.tenant_id = b.tenant_id
order by c.organisation, b.position
