"""Unrealised currency gains: inferred from Xero's trial balances, and posted where they are proven."""
