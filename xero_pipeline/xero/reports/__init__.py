"""Xero's reports: what to request, and how to parse them into rows."""
