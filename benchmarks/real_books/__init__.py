"""Our ledger against the journals Xero itself posted, on a real company's books: `python -m benchmarks.real_books`.

The books are the public, anonymised test data of fivetran/dbt_xero (Apache-2.0), which are not part of this repository;
docs/ledger.md says where to put them. They hold a company's invoices and every journal Xero posted, but few other
documents: those are made from their journals, as far as these tell. What is proven by whom:

    seeds           reads the folder
    lists           accounts, contacts, currencies, tracking, the organisation
    invoices        invoices and bills as they are
    documents       credit notes, money and manual journals from their journals
    payments        which invoice a payment paid, found by amounts and days
    books           serves all of it as Xero, its reports summed from Xero's own journals
    synced          connects, syncs and keeps the ledger, as anybody would
    compared        document by document, and month by month
"""
