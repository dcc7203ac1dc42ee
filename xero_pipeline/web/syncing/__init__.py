"""How the sync of an organisation stands: its tables, calls, schedule and runs."""
