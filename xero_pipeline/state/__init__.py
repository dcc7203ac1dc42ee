"""The state database: tokens, organisations, call budgets, locks and deferred work. Knows no HTTP."""
