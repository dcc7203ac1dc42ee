-- title: Profit and loss on the cash basis
-- means: What Xero's own report says was earned and spent in a month when only what was paid counts. Xero keeps these
--        books alone: the ledger has no cash basis.
-- row: One line of an account in the report of a month; only where XERO_CASH_BASIS has it pulled.
-- kinds: The type and class of the account decide, never a heading; a line of no account is a cost.
-- signs: Income and costs are positive.
-- currency: The base currency.
-- leaves out: Months that were not pulled.
-- proof: It is Xero's own figure.
{% set table, condition = "profit_and_loss", " and r.basis = 'cash'" %}{% include "_reported.sql" %}
