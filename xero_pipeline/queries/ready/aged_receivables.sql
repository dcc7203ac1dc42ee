-- title: Aged receivables as of a day
-- answers: What each customer owed on the evening of any day, by how long it was overdue then, in the base currency.
-- parameter: day (date, default today): as of which day: documents and payments up to it count
-- parameter: organisation (text, default all): name or tenant id
-- total: not_due, days_1_to_30, days_31_to_60, days_61_to_90, older, owed, credit, prepaid, net
with chosen as (
    select tenant_id, organisation from organisations_called(:organisation)
),
documents as (
    select tenant_id, 'invoice' as kind, invoice_id as id, contact_id, contact_name, date, due_date, total, currency_rate
    from xero.invoices
    where type = 'ACCREC' and status in ('AUTHORISED', 'PAID') and not is_deleted
    union all
    select tenant_id, 'credit', credit_note_id, contact_id, contact_name, date, due_date, total, currency_rate
    from xero.credit_notes
    where type = 'ACCRECCREDIT' and status in ('AUTHORISED', 'PAID') and not is_deleted
    union all
    select tenant_id, 'prepayment', prepayment_id, contact_id, contact_name, date, null, total, currency_rate
    from xero.prepayments
    where type in ('RECEIVE-PREPAYMENT', 'ARPREPAYMENT') and status in ('AUTHORISED', 'PAID') and not is_deleted
    union all
    select tenant_id, 'credit', overpayment_id, contact_id, contact_name, date, null, total, currency_rate
    from xero.overpayments
    where type in ('RECEIVE-OVERPAYMENT', 'AROVERPAYMENT') and status in ('AUTHORISED', 'PAID') and not is_deleted
),
events as (
    select tenant_id, coalesce(invoice_id, credit_note_id, prepayment_id, overpayment_id) as id, date, amount
    from xero.payments
    where status = 'AUTHORISED' and not is_deleted
    union all
    select tenant_id, credit_note_id, date, amount from xero.credit_note_allocations where not is_deleted
    union all
    select tenant_id, invoice_id, date, amount from xero.credit_note_allocations where not is_deleted
    union all
    select tenant_id, prepayment_id, date, amount from xero.prepayment_allocations where not is_deleted
    union all
    select tenant_id, invoice_id, date, amount from xero.prepayment_allocations where not is_deleted
    union all
    select tenant_id, overpayment_id, date, amount from xero.overpayment_allocations where not is_deleted
    union all
    select tenant_id, invoice_id, date, amount from xero.overpayment_allocations where not is_deleted
),
settled as (
    select tenant_id, id, sum(amount) as amount from events where date <= own(:day, tenant_id) group by tenant_id, id
),
left_open as (
    select d.*, d.total - coalesce(s.amount, 0) as amount
    from documents as d
    left join settled as s on s.tenant_id = d.tenant_id and s.id = d.id
    where d.date <= own(:day, d.tenant_id)
),
items as (
    select
        tenant_id, contact_id, contact_name,
        own(:day, tenant_id) - due_date as days,
        case when kind = 'invoice' then to_base(amount, currency_rate) else 0 end as owed,
        case when kind = 'credit' then to_base(amount, currency_rate) else 0 end as credit,
        case when kind = 'prepayment' then to_base(amount, currency_rate) else 0 end as prepaid
    from left_open
    where amount <> 0
)
select
    c.organisation,
    coalesce(max(k.name), max(i.contact_name)) as customer,
    sum(case when coalesce(i.days, 0) <= 0 then i.owed else 0 end) as not_due,
    sum(case when i.days between 1 and 30 then i.owed else 0 end) as days_1_to_30,
    sum(case when i.days between 31 and 60 then i.owed else 0 end) as days_31_to_60,
    sum(case when i.days between 61 and 90 then i.owed else 0 end) as days_61_to_90,
    sum(case when i.days > 90 then i.owed else 0 end) as older,
    sum(i.owed) as owed,
    sum(i.credit) as credit,
    sum(i.prepaid) as prepaid,
    sum(i.owed) - sum(i.credit) - sum(i.prepaid) as net
from items as i
join chosen as c on c.tenant_id = i.tenant_id
left join xero.contacts as k on k.tenant_id = i.tenant_id and k.contact_id = i.contact_id
group by c.tenant_id, c.organisation, i.contact_id
order by c.organisation, net desc, customer
