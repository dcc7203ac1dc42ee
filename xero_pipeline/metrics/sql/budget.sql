-- title: Budget by month
-- means: What the overall budget plans to earn and to spend in a month, as Xero's budget summary has it.
-- row: One line of an account in the report of a month.
-- kinds: The type and class of the account decide, never a heading; a line of no account is a cost.
-- signs: Income and costs are positive.
-- currency: The base currency.
-- leaves out: Budgets of tracking categories: `ledger.budget_variance` has them.
-- proof: It is Xero's own figure.
-- shown: In Dagster on `budget_summary`; beside what was earned and spent in `ledger.budget_variance` and by `statement budget`.
{% set table, condition = "budget_summary", "" %}{% include "_reported.sql" %}
