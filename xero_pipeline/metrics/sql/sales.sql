-- title: Sales
-- means: What was invoiced to customers less what was credited, without tax, by the date of the document: what the journals of
--        sales invoices and credit notes post on the accounts of their lines.
-- row: One customer and month in which anything was invoiced or credited.
-- signs: `invoiced` and `credited` are positive; `sales` is the one less the other.
-- currency: The base currency, each document at its own rate, as it was posted.
-- leaves out: Drafts, voided and deleted documents; money received without an invoice; overpayments and prepayments; what a
--             total is off its lines. It is not the income of the profit and loss: a line may name any account.
-- proof: The ledger's, of which the tie-out is the proof.
-- shown: On the web page as top customers, by the queries `sales_by_month` and `top_customers`.
select
    s.tenant_id, s.month, s.contact_id, coalesce(max(k.name), max(d.name), s.contact_id) as contact,
    sum(case when s.source_type = 'ACCREC' then 1 else 0 end) as invoices,
    sum(case when s.source_type = 'ACCREC' then s.amount else 0 end) as invoiced,
    sum(case when s.source_type = 'ACCREC' then 0 else -s.amount end) as credited,
    sum(s.amount) as sales
from (
    select
        l.tenant_id, cast(date_trunc('month', l.journal_date) as date) as month, l.contact_id, l.source_type, l.source_id,
        -sum(l.net_amount) as amount
    from {{ named("journal_lines") }} as l
    join ({{ asked }}) as asked
        on asked.tenant_id = l.tenant_id
        and l.journal_date >= asked.since and l.journal_date < asked.until + interval '1 month'
    left join xero.accounts as a on a.tenant_id = l.tenant_id and a.account_id = l.account_id
    where l.source_type in ('ACCREC', 'ACCRECCREDIT') and l.role = 'line'
        and coalesce(a.system_account, '') not in ('ROUNDING', 'CISASSETS')
    group by l.tenant_id, cast(date_trunc('month', l.journal_date) as date), l.contact_id, l.source_type, l.source_id
    having sum(l.net_amount) <> 0
) as s
left join xero.contacts as k on k.tenant_id = s.tenant_id and k.contact_id = s.contact_id
left join (
    select tenant_id, contact_id, max(contact_name) as name from xero.invoices group by tenant_id, contact_id
) as d on d.tenant_id = s.tenant_id and d.contact_id = s.contact_id
group by s.tenant_id, s.month, s.contact_id
