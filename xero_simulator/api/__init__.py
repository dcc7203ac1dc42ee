"""The Accounting API of one organisation: collections, single records, reports. It can only be read.

Begin with `accounting`, which answers a request, and `catalogue`, the table of the collections. `selection` finds the
records a request means and cuts the page; it reads filters with `query` (grammar), `query_text` (words) and
`query_values` (what is compared). `shelf` keeps a collection sorted and encoded, `forms` says how much of a record is
shown.
"""
