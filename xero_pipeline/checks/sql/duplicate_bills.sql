-- title: Bills that may be entered twice
-- why: A bill that is entered twice is paid twice, and its cost and tax are claimed twice.
-- finds: A bill of a supplier with the total and currency of an earlier one that has the same number, whatever its spaces,
--        dashes and capitals, or the same date. What a repeating template made counts by its number alone.
-- do: Void or delete the one that is too many in Xero; where both are right, dismiss it.
-- evidence: the later bill with its status, and the earlier one it is like
with bills as (
    select
        invoice_id, contact_id, contact_name, invoice_number, date, total, currency_code, status, repeating_invoice_id,
        upper(regexp_replace(coalesce(invoice_number, ''), '[^A-Za-z0-9]', '', 'g')) as plain_number
    from xero.invoices
    where tenant_id = :tenant_id and type = 'ACCPAY' and status in ('DRAFT', 'SUBMITTED', 'AUTHORISED', 'PAID')
        and total > 0 and not is_deleted
),
pairs as (
    select
        later.invoice_id as finding_key, later.contact_name as supplier, later.invoice_number as bill, later.date,
        later.total, later.currency_code as currency, later.status, earlier.invoice_number as earlier_bill,
        earlier.date as earlier_date, earlier.status as earlier_status,
        row_number() over (partition by later.invoice_id order by earlier.date, earlier.invoice_id) as place
    from bills as later
    join bills as earlier
        on earlier.contact_id = later.contact_id and earlier.total = later.total
        and earlier.currency_code = later.currency_code
        and (earlier.date < later.date or (earlier.date = later.date and earlier.invoice_id < later.invoice_id))
    where (later.plain_number <> '' and earlier.plain_number = later.plain_number)
        or (earlier.date = later.date and later.repeating_invoice_id is null and earlier.repeating_invoice_id is null)
)
select
    finding_key, supplier, bill, date, total, currency, status, earlier_bill, earlier_date, earlier_status
from pairs
where place = 1
order by date desc, supplier, finding_key
