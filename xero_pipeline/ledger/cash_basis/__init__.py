"""The ledger on cash basis: invoices, bills and credit notes count as far as they are settled, when they are."""
