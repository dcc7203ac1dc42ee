-- title: What we owe
-- answers: What we owe each supplier at the close of a day: open bills less credit not used yet; what of it is overdue, and beside it what was paid in advance, in the base currency.
-- parameter: day (date, default today): as of which day: documents and payments up to it count; what was due before it is overdue
-- parameter: organisation (text, default all): name or tenant id
-- total: unpaid, credit, owed, overdue, prepaid
with chosen as (
    select tenant_id, organisation, base_currency from organisations_called(:organisation)
),
items as (
    select
        tenant_id, contact_id, contact, documents, unpaid, credit, owed, overdue, 0 as prepaid,
        case when documents = 1 then due_date end as due_date
    from metric(payables, :day) as open_now
    union all
    select tenant_id, contact_id, contact, 0, 0, 0, 0, 0, prepaid, null
    from metric(prepayments, :day) as in_advance
    where side = 'payables'
)
select
    c.organisation,
    c.base_currency,
    max(i.contact) as supplier,
    sum(i.documents) as bills,
    sum(i.unpaid) as unpaid,
    sum(i.credit) as credit,
    sum(i.owed) as owed,
    sum(i.overdue) as overdue,
    min(i.due_date) as oldest_due_date,
    sum(i.prepaid) as prepaid
from items as i
join chosen as c on c.tenant_id = i.tenant_id
group by c.tenant_id, c.organisation, c.base_currency, i.contact_id
order by c.organisation, owed desc, supplier
