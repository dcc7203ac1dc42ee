"""Xero's webhooks: taken, checked and stored; what they tell of is read elsewhere."""
