-- title: Tax codes unlike the account's history
-- why: A line with another tax code than all others of its account is often a slip, and the tax return repeats it.
-- finds: A line of the last 90 days whose account had one and the same tax code in nine of ten lines of that kind (sales,
--        purchases, money spent, money received), twenty lines at least, where this contact had this code there never before.
-- do: Correct the line in Xero, or dismiss it where the other code is right.
-- evidence: the document, its account, its code, and the code that is usual there
with lines as (
    select
        i.invoice_id || ':' || l.line_item_id as finding_key, i.type as kind, i.contact_id, i.contact_name as contact,
        i.invoice_number as number, i.date, l.account_id, l.tax_type, l.line_amount as amount, l.description
    from xero.invoices as i
    join xero.invoice_line_items as l on l.tenant_id = i.tenant_id and l.invoice_id = i.invoice_id
    where i.tenant_id = :tenant_id and l.tenant_id = :tenant_id and not i.is_deleted and not l.is_deleted
        and i.status in ('DRAFT', 'SUBMITTED', 'AUTHORISED', 'PAID')
    union all
    select
        b.bank_transaction_id || ':' || l.line_item_id, b.type, b.contact_id, b.contact_name, b.reference, b.date,
        l.account_id, l.tax_type, l.line_amount, l.description
    from xero.bank_transactions as b
    join xero.bank_transaction_line_items as l
        on l.tenant_id = b.tenant_id and l.bank_transaction_id = b.bank_transaction_id
    where b.tenant_id = :tenant_id and l.tenant_id = :tenant_id and not b.is_deleted and not l.is_deleted
        and b.status = 'AUTHORISED' and b.type in ('SPEND', 'RECEIVE')
),
counts as (
    select account_id, kind, tax_type, count(*) as lines from lines
    where account_id is not null and tax_type is not null group by account_id, kind, tax_type
),
shares as (
    select
        account_id, kind, tax_type, lines, sum(lines) over (partition by account_id, kind) as all_lines
    from counts
),
usual as (
    select account_id, kind, tax_type from shares where all_lines >= 20 and lines * 10 >= all_lines * 9
)
select
    l.finding_key, l.kind, l.contact, l.number, l.date, coalesce(a.code || ' ', '') || a.name as account,
    l.tax_type as tax_code, u.tax_type as usual_code, l.amount, l.description
from lines as l
join usual as u on u.account_id = l.account_id and u.kind = l.kind
join xero.accounts as a on a.tenant_id = :tenant_id and a.account_id = l.account_id
where l.tax_type <> u.tax_type and l.date > cast(:today as date) - 90
    and not exists (
        select 1 from lines as before
        where before.account_id = l.account_id and before.kind = l.kind and before.contact_id = l.contact_id
            and before.tax_type = l.tax_type and before.date < l.date
    )
order by l.date desc, l.finding_key
