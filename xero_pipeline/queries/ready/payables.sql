-- title: What we owe
-- answers: What we owe each supplier now, what of it is overdue, credit not used yet and what was paid in advance, in the base currency.
-- parameter: day (date, default today): what was due before this day is overdue
-- parameter: organisation (text, default all): name or tenant id
-- total: owed, overdue, credit, prepaid, net
with chosen as (
    select tenant_id, organisation from organisations_called(:organisation)
),
items as (
    select tenant_id, contact_id, contact_name, due_date, to_base(amount_due, currency_rate) as owed,
        0 as credit, 0 as prepaid
    from xero.invoices
    where type = 'ACCPAY' and status = 'AUTHORISED' and not is_deleted and amount_due <> 0
    union all
    select tenant_id, contact_id, contact_name, null, 0, to_base(remaining_credit, currency_rate), 0
    from xero.credit_notes
    where type = 'ACCPAYCREDIT' and status = 'AUTHORISED' and not is_deleted and remaining_credit <> 0
    union all
    select tenant_id, contact_id, contact_name, null, 0, 0, to_base(remaining_credit, currency_rate)
    from xero.prepayments
    where type in ('SPEND-PREPAYMENT', 'APPREPAYMENT') and status = 'AUTHORISED' and not is_deleted
        and remaining_credit <> 0
    union all
    select tenant_id, contact_id, contact_name, null, 0, to_base(remaining_credit, currency_rate), 0
    from xero.overpayments
    where type in ('SPEND-OVERPAYMENT', 'APOVERPAYMENT') and status = 'AUTHORISED' and not is_deleted
        and remaining_credit <> 0
)
select
    c.organisation,
    coalesce(max(k.name), max(i.contact_name)) as supplier,
    count(i.due_date) as bills,
    sum(i.owed) as owed,
    sum(case when i.due_date < own(:day, i.tenant_id) then i.owed else 0 end) as overdue,
    min(i.due_date) as oldest_due_date,
    sum(i.credit) as credit,
    sum(i.prepaid) as prepaid,
    sum(i.owed) - sum(i.credit) - sum(i.prepaid) as net
from items as i
join chosen as c on c.tenant_id = i.tenant_id
left join xero.contacts as k on k.tenant_id = i.tenant_id and k.contact_id = i.contact_id
group by c.tenant_id, c.organisation, i.contact_id
order by c.organisation, net desc, supplier
