"""The ledger beside Xero's reports: differences, reconciling items and their likely causes."""
