"""The organisation's reports in Xero's shape, computed from postings.

`catalogue` lists them and writes one; `request` reads the parameters, `layout` lays out rows and cells. `balances` and
`cash_basis` are what several reports compute from; every other file is one report.
"""
