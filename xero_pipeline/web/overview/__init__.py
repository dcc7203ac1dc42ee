"""All organisations beside each other: whether each is reconciled, and the group they are."""
