-- title: Drafts nobody touched for thirty days
-- why: A draft is in no report: a bill that waits is a cost nobody sees, an invoice that waits is money nobody asks for.
-- finds: Invoices, bills, credit notes and manual journals in draft or awaiting approval, dated and last changed more than
--        thirty days ago.
-- do: Approve it in Xero, or delete it.
-- evidence: the document, its status and total, and the day of its last change, in UTC
with drafts as (
    select
        invoice_id as id, type as kind, invoice_number as number, contact_name as contact, date, status, total,
        currency_code as currency, updated_date_utc
    from xero.invoices
    where tenant_id = :tenant_id and status in ('DRAFT', 'SUBMITTED') and not is_deleted
    union all
    select
        credit_note_id, type, credit_note_number, contact_name, date, status, total, currency_code, updated_date_utc
    from xero.credit_notes
    where tenant_id = :tenant_id and status in ('DRAFT', 'SUBMITTED') and not is_deleted
    union all
    select manual_journal_id, 'MANJOURNAL', narration, null, date, status, null, null, updated_date_utc
    from xero.manual_journals
    where tenant_id = :tenant_id and status = 'DRAFT' and not is_deleted
)
select
    id as finding_key, kind, number, contact, date, status, total, currency,
    cast(updated_date_utc at time zone 'UTC' as date) as last_changed
from drafts
where date < cast(:today as date) - 30 and cast(updated_date_utc at time zone 'UTC' as date) < cast(:today as date) - 30
order by date, finding_key
