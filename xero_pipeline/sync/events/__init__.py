"""What Xero's webhooks told of a list, read; and whether they tell at all."""
