"""Money without an invoice: over the bank, or in a journal.

Begin with `bank_transactions`, the record, and `banking`, a month of cash trade, fees, tax and transfers. `journals`
is month end, `payroll` wages over both, `advances` money that comes or goes before its invoice. `hidden_postings` is
how Xero posts without a document, which `payroll`, `assets` and `stock` do.
"""
