-- title: Suppliers whose bank account changed
-- why: Invoice fraud begins with a changed bank account: the next bill is paid to somebody else.
-- finds: The newest change of a supplier's bank account number within half a year, from one number to another. A number that is
--        entered for the first time is none, nor one that Xero shows or hides as the role of the person who connected has it.
-- do: Ring the supplier under a number you already had, not one from the message that announced the change; then dismiss it.
-- evidence: the last four digits before and after, and the day of the change, in UTC
with versions as (
    select
        contact_id, name, is_supplier, valid_from, valid_to, seen_at,
        regexp_replace(
            coalesce(nullif(bank_account_details, ''), batch_payments_bank_account_number, ''), '[^A-Za-z0-9]', '', 'g'
        ) as number
    from xero.contacts_history
    where tenant_id = :tenant_id
),
suppliers as (
    select contact_id, max(name) as name from versions where is_supplier and valid_to is null group by contact_id
),
steps as (
    select
        contact_id, number, valid_from, seen_at,
        lag(number) over (partition by contact_id order by valid_from, seen_at) as number_before
    from versions
    where number <> ''
),
changes as (
    select
        contact_id, number, number_before, cast(valid_from at time zone 'UTC' as date) as changed,
        row_number() over (partition by contact_id order by valid_from desc, seen_at desc) as place
    from steps
    where number <> number_before
)
select
    c.contact_id as finding_key, s.name as supplier, '…' || right(c.number_before, 4) as before,
    '…' || right(c.number, 4) as after, c.changed
from changes as c
join suppliers as s on s.contact_id = c.contact_id
where c.place = 1 and c.changed > cast(:today as date) - 183
order by c.changed desc, supplier, finding_key
