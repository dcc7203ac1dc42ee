-- title: Cash by month
-- means: What was in each bank account at the beginning of a month, came in, went out and was there at its end: the balances
--        of the bank accounts in the ledger, as in `ledger.bank_summary`.
-- row: One bank account and month.
-- signs: `received` and `spent` are both positive; `closing` is `opening` plus received less spent, below nothing when
--        overdrawn. A transfer between two accounts is money in on one and money out on the other.
-- currency: The base currency; an account in another stands at the rates at which its money moved.
-- leaves out: Accounts that are not of type BANK, and archived ones while nothing is on them; months before the first journal
--             and after the last.
-- proof: Every month the tie-out compares each account with Xero's own bank summary.
-- shown: On the web page, in Dagster on `ledger/bank_summary`, by `statement bank-summary`, in the table `ledger.bank_summary`.
select
    b.tenant_id, b.period_start as month, b.position, b.account_id, b.account_name as account,
    b.opening_balance as opening, b.cash_received as received, b.cash_spent as spent, b.closing_balance as closing
from {{ named("bank_summary") }} as b
join ({{ asked }}) as asked
    on asked.tenant_id = b.tenant_id and b.period_start between asked.since and asked.until
