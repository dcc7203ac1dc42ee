"""What the records post: the truth that reports are computed from.

`open_amounts` says how much of a document is open on any day, `postings` what each kind of document posts, in `legs`;
`ledger` sums postings by account and day.
"""
