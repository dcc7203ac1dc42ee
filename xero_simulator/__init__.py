"""A Xero of our own: books that balance, OAuth, limits and faults.

The way in is `simulator.Simulator`: one object, one function from a `messages.Request` to a `messages.Response`.

    simulator    holds the organisations and the settings, and makes everything else when it is first needed
    assembly     puts the parts together into one
    app          `Application`: which part answers a request, and what happens around it: limits, faults, counting
    transport    reaches it from httpx without a network;  server  serves it over HTTP
    person       the human at the browser who presses "Allow access"

What can be set from outside: `config` (how large the books are), `apps` (who is registered), `limits`, `faults`.
From a shell it is `command`, whose books may have a `daily_life`; from other people's tests `pytest_plugin`. One
organisation: `workbench` is the table its records lie on, `company` a read-only view of it, with its postings and its
reports; `story` lets things happen in it.

The rooms, each with its own reading order:

    values       days, amounts and ids; knows nobody
    faults       what goes wrong on purpose: the `catalogue`, and the `damage` it does to an answer
    edits        what people do in the books while somebody reads them
    attachments  the files and notes that hang on records
    books        writes an organisation's records, month by month, and what they post
    reports      computes Xero's reports from the postings
    api          answers the Accounting API from a company: filters, pages, forms
    account_data answers the Account Data API (beta): balances, movements and lines of accounts
    assets       answers the Assets API
    webhooks     tells an address what changed in the books
    payroll      answers the payroll APIs, each in its country
    identity     answers the identity service: consent, tokens, connections

Who answers shares `messages` (a request, an answer), `wire` (how Xero writes JSON and errors) and `store` (what is
remembered, in one SQLite file). A call for invoices goes: server or transport, simulator, app, identity (who asks?),
limits, api, company, books.
"""
