"""The general ledger from documents: the rules, and the SQL that posts what changed."""
