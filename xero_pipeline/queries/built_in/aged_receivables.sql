-- title: Aged receivables as of a day
-- answers: What each customer owed at the close of any day, credits taken off, by how long it was overdue then, in the base currency.
-- parameter: day (date, default today): as of which day: documents and payments up to it count
-- parameter: organisation (text, default all): name or tenant id
-- total: not_due, days_1_to_30, days_31_to_60, days_61_to_90, days_91_to_120, older, unpaid, credit, owed, prepaid
with chosen as (
    select tenant_id, organisation, base_currency from organisations_called(:organisation)
),
items as (
    select tenant_id, contact_id, contact, age, unpaid, credit, owed, 0 as prepaid
    from metric(receivables, :day) as open_now
    union all
    select tenant_id, contact_id, contact, 0, 0, 0, 0, prepaid
    from metric(prepayments, :day) as in_advance
    where side = 'receivables'
)
select
    c.organisation,
    c.base_currency,
    max(i.contact) as customer,
    sum(case when i.age = 0 then i.owed else 0 end) as not_due,
    sum(case when i.age = 1 then i.owed else 0 end) as days_1_to_30,
    sum(case when i.age = 2 then i.owed else 0 end) as days_31_to_60,
    sum(case when i.age = 3 then i.owed else 0 end) as days_61_to_90,
    sum(case when i.age = 4 then i.owed else 0 end) as days_91_to_120,
    sum(case when i.age = 5 then i.owed else 0 end) as older,
    sum(i.unpaid) as unpaid,
    sum(i.credit) as credit,
    sum(i.owed) as owed,
    sum(i.prepaid) as prepaid
from items as i
join chosen as c on c.tenant_id = i.tenant_id
group by c.tenant_id, c.organisation, c.base_currency, i.contact_id
order by c.organisation, owed desc, customer
