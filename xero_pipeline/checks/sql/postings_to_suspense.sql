-- title: Postings left in suspense
-- why: What stands on a suspense account has not found its place: profit, tax or a balance is wrong by it.
-- finds: What was posted within a year to an account called suspense, uncategorised or "ask my accountant" whose balance is
--        not zero, by document.
-- do: Recode the document in Xero. The account falls silent once its balance is zero.
-- evidence: the account, the document, and what it posted there in base currency, debit positive
with accounts as (
    select account_id, code, name from xero.accounts
    where tenant_id = :tenant_id and not is_deleted
        and (lower(name) like '%suspense%' or lower(name) like '%uncategori_ed%' or lower(name) like '%ask my accountant%')
),
lines as (
    select l.* from ledger.journal_lines as l
    join accounts as a on a.account_id = l.account_id
    where l.tenant_id = :tenant_id
),
open_accounts as (
    select account_id from lines group by account_id having sum(net_amount) <> 0
)
select
    a.account_id || ':' || coalesce(l.source_id, l.journal_id) as finding_key,
    coalesce(a.code || ' ', '') || a.name as account, l.journal_date as date, l.source_type as document, j.number, j.reference,
    sum(l.net_amount) as amount
from lines as l
join open_accounts as o on o.account_id = l.account_id
join accounts as a on a.account_id = l.account_id
join ledger.journals as j on j.tenant_id = :tenant_id and j.journal_id = l.journal_id
where l.journal_date > cast(:today as date) - 366
group by a.account_id, a.code, a.name, coalesce(l.source_id, l.journal_id), l.journal_date, l.source_type, j.number, j.reference
having sum(l.net_amount) <> 0
order by date desc, finding_key
