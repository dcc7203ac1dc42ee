-- title: Overdue invoices
-- answers: Each sales invoice that is past its due date and not paid, with its days, the latest first.
-- parameter: day (date, default today): what was due before this day is overdue
-- parameter: organisation (text, default all): name or tenant id
-- total: due_in_base_currency
with chosen as (
    select tenant_id, organisation from organisations_called(:organisation)
)
select
    c.organisation,
    i.invoice_number as invoice,
    coalesce(k.name, i.contact_name) as customer,
    i.date,
    i.due_date,
    own(:day, i.tenant_id) - i.due_date as days_overdue,
    i.currency_code as currency,
    i.total,
    i.amount_due as due,
    to_base(i.amount_due, i.currency_rate) as due_in_base_currency
from xero.invoices as i
join chosen as c on c.tenant_id = i.tenant_id
left join xero.contacts as k on k.tenant_id = i.tenant_id and k.contact_id = i.contact_id
where i.type = 'ACCREC' and i.status = 'AUTHORISED' and not i.is_deleted
    and i.amount_due <> 0 and i.due_date < own(:day, i.tenant_id)
order by c.organisation, i.due_date, i.invoice_number
