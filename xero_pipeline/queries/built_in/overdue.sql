-- title: Overdue invoices and credits
-- answers: Each sales invoice that is past its due date and not paid, and each credit as old, with its days, the oldest first.
-- parameter: day (date, default today): as of which day: what was due before it is overdue
-- parameter: organisation (text, default all): name or tenant id
-- total: due_in_base_currency
with chosen as (
    select tenant_id, organisation, base_currency from organisations_called(:organisation)
)
select
    c.organisation,
    c.base_currency,
    o.number as invoice,
    o.contact as customer,
    o.date,
    o.due_date,
    o.days_overdue,
    o.currency_code as currency,
    o.total,
    o.open_amount as due,
    o.overdue as due_in_base_currency,
    o.document_type
from metric(receivables, :day) as o
join chosen as c on c.tenant_id = o.tenant_id
where o.days_overdue > 0
order by c.organisation, o.due_date, coalesce(o.number, ''), o.document_id
