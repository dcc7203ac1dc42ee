"""The asset checks: data quality, locked periods, the reconciliation with Xero's reports."""
