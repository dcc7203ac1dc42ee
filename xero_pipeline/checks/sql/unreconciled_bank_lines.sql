-- title: Bank lines not reconciled for sixty days
-- why: What the bank's statement never confirmed may not have happened, have happened twice, or hide a line that is missing.
-- finds: Money spent or received, payments and transfers on a bank account that are not matched with a line of the bank's
--        statement sixty days later.
-- do: Match it in Xero, or delete it if it never went through the bank.
-- evidence: the bank account, day, who and how much; negative is money out, in the currency of the account, of a payment
--           in that of its document
with entries as (
    select
        bank_transaction_id as id, bank_account_id as account_id, date, type as kind, contact_name as who, reference,
        case when type like 'SPEND%' then -total else total end as amount
    from xero.bank_transactions
    where tenant_id = :tenant_id and status = 'AUTHORISED' and not is_deleted and not is_reconciled
        and type not like '%-TRANSFER'
    union all
    select
        payment_id, account_id, date, payment_type, invoice_contact_name, reference,
        case when payment_type in ('ACCPAYPAYMENT', 'ARCREDITPAYMENT', 'AROVERPAYMENTPAYMENT', 'ARPREPAYMENTPAYMENT')
            then -amount else amount end
    from xero.payments
    where tenant_id = :tenant_id and status = 'AUTHORISED' and not is_deleted and not is_reconciled
    union all
    select bank_transfer_id || ':from', from_bank_account_id, date, 'TRANSFER', to_bank_account_name, reference, -amount
    from xero.bank_transfers
    where tenant_id = :tenant_id and coalesce(status, 'AUTHORISED') = 'AUTHORISED' and not is_deleted
        and not from_is_reconciled
    union all
    select bank_transfer_id || ':to', to_bank_account_id, date, 'TRANSFER', from_bank_account_name, reference, amount
    from xero.bank_transfers
    where tenant_id = :tenant_id and coalesce(status, 'AUTHORISED') = 'AUTHORISED' and not is_deleted
        and not to_is_reconciled
)
select
    e.id as finding_key, coalesce(a.code || ' ', '') || a.name as account, e.date, e.kind, e.who, e.reference, e.amount
from entries as e
join xero.accounts as a on a.tenant_id = :tenant_id and a.account_id = e.account_id and a.type = 'BANK'
where e.date < cast(:today as date) - 60
order by e.date, finding_key
