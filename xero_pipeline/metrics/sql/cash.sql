-- title: Cash
-- means: What is in each bank account: its row of cash by month for the month of a day, or for the last month before in which
--        the ledger has journals.
-- row: One bank account.
-- signs: As in cash by month.
-- currency: As in cash by month.
-- leaves out: As in cash by month.
-- proof: As cash by month.
-- shown: On the web page, by the query `cash`.
{% set day = asked %}
{% set asked = "select tenant_id, date '1970-01-01' as since, as_of as until from (" ~ day ~ ") as day" %}
select tenant_id, month, position, account_id, account, opening, received, spent, closing
from (
    select months.*, max(month) over (partition by tenant_id) as newest
    from (
{% include "cash_by_month.sql" %}
    ) as months
) as newest_months
where month = newest
