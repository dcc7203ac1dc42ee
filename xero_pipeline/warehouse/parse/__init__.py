"""JSON from Xero to typed Arrow tables."""
