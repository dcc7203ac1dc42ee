"""What is set up once: `chart` (accounts), `contacts`, `items`, `settings` (the small lists), `budgets`."""
