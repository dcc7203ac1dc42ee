"""The warehouse in other warehouses: every table, exact, organisation by organisation, only what changed."""
