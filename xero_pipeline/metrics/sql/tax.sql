-- title: Tax by month (VAT, GST, sales tax)
-- means: Tax on what was sold and on what was bought, by the date of the document: an estimate before the return.
-- row: One month in which anything was taxed.
-- sides: `tax_on_sales` is that of sales invoices less credit notes, of money received and of what a customer paid in advance,
--        which is taxed when it is received and freed as it is used; `tax_on_purchases` likewise. A line of a manual journal
--        belongs to sales if its account is one of revenue.
-- signs: Both are positive as a rule; `to_pay` is the one less the other, negative where the tax office owes.
-- currency: The base currency, each document at its own rate, rounded half up to the cent. A foreign document without a rate
--           is in no sum.
-- leaves out: Drafts, voided and deleted documents; what was paid to the tax office or came from it; adjustments in the return.
-- proof: Read from the documents, for which side tax is on only they say; a test compares it with what the tax account moves.
-- shown: By the query `tax_by_month`.
with taken as (
    select tenant_id, prepayment_id, allocation_id as id, date, amount
    from xero.prepayment_allocations
    where not is_deleted
    union all
    -- What is paid back names the prepayment where an invoice would be named.
    select tenant_id, coalesce(prepayment_id, invoice_id), payment_id, date, amount
    from xero.payments
    where status = 'AUTHORISED' and not is_deleted
),
used as (
    select
        t.tenant_id, t.date, p.type, p.total_tax, p.total, p.currency_code, p.currency_rate,
        sum(t.amount) over so_far as upto,
        sum(t.amount) over so_far - t.amount as before
    from taken as t
    join xero.prepayments as p on p.tenant_id = t.tenant_id and p.prepayment_id = t.prepayment_id
    where p.status in ('AUTHORISED', 'PAID') and not p.is_deleted and p.total <> 0
    window so_far as (partition by t.tenant_id, t.prepayment_id order by t.date, t.id)
),
freed as (
    select used.*, {{ share("total_tax", "upto", "total") }} - {{ share("total_tax", "before", "total") }} as tax from used
),
documents as (
    select
        tenant_id, date, currency_code, currency_rate,
        case when type = 'ACCREC' then total_tax else 0 end as on_sales,
        case when type = 'ACCPAY' then total_tax else 0 end as on_purchases
    from xero.invoices
    where status in ('AUTHORISED', 'PAID') and not is_deleted
    union all
    select
        tenant_id, date, currency_code, currency_rate,
        case when type = 'ACCRECCREDIT' then -total_tax else 0 end,
        case when type = 'ACCPAYCREDIT' then -total_tax else 0 end
    from xero.credit_notes
    where status in ('AUTHORISED', 'PAID') and not is_deleted
    union all
    select
        tenant_id, date, currency_code, currency_rate,
        case when type like 'RECEIVE%' then total_tax else 0 end,
        case when type like 'SPEND%' then total_tax else 0 end
    from xero.bank_transactions
    where status = 'AUTHORISED' and not is_deleted and type not like '%TRANSFER'
    union all
    select
        tenant_id, date, currency_code, currency_rate,
        case when type in ('RECEIVE-PREPAYMENT', 'ARPREPAYMENT') then -tax else 0 end,
        case when type in ('SPEND-PREPAYMENT', 'APPREPAYMENT') then -tax else 0 end
    from freed
),
taxed as (
    select
        d.tenant_id, d.date,
        {% for side in ("on_sales", "on_purchases") %}
        {% set amount, rate = "d." ~ side, known_rate("d.currency_rate", "d.currency_code", "o.base_currency") %}
        {{ to_base("cast(" ~ amount ~ " as numeric(19, 4))", rate) }} as {{ side }}{{ "," if not loop.last }}
        {% endfor %}
    from documents as d
    left join xero.organisations as o on o.tenant_id = d.tenant_id and not o.is_deleted
    union all
    select
        j.tenant_id, j.date,
        case when a.class = 'REVENUE' then -l.tax_amount else 0 end,
        case when a.class = 'REVENUE' then 0 else l.tax_amount end
    from xero.manual_journals as j
    join xero.manual_journal_lines as l
        on l.tenant_id = j.tenant_id and l.manual_journal_id = j.manual_journal_id and not l.is_deleted
    left join xero.accounts as a on a.tenant_id = l.tenant_id and a.account_id = l.account_id
    where j.status = 'POSTED' and not j.is_deleted and l.tax_amount <> 0
)
select
    t.tenant_id,
    cast(date_trunc('month', t.date) as date) as month,
    coalesce(sum(t.on_sales), 0) as tax_on_sales,
    coalesce(sum(t.on_purchases), 0) as tax_on_purchases,
    coalesce(sum(t.on_sales), 0) - coalesce(sum(t.on_purchases), 0) as to_pay
from taxed as t
join ({{ asked }}) as asked
    on asked.tenant_id = t.tenant_id and t.date >= asked.since and t.date < asked.until + interval '1 month'
group by t.tenant_id, 2
