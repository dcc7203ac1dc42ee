"""The simulated organisation's reports, in Xero's shape, computed from postings."""
