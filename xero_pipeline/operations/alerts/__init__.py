"""Alerts: what a person has to know at once, told to the addresses in XERO_ALERTS, once each."""
