"""A Xero of our own: books that balance, OAuth, limits and faults."""
