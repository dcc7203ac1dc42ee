"""Statements added up from the journals, for any day and range, and by month as tables.

`entity`, `chart` and `periods` say whose, of which accounts and for when; `balances` adds the journal lines up in one
query.
Every other file is one statement, except `sections` and `lines` (how Xero lays a statement out), `open_documents`
(what is open of a document on a day) and `monthly_tables`.
"""
