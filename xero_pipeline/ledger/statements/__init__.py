"""Statements added up from the journals, for any day and range, and by month as tables.

`books`, `chart` and `periods` say whose, of which accounts and for when; `sums` adds the journal lines up in one query.
Every other file is one statement, except `sections` and `lines` (how Xero lays a statement out), `documents` (what is
open of a document on a day) and `writing` (the tables).
"""
