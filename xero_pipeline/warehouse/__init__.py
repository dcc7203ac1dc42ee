"""Typed tables, bulk merge, what vanished. Knows no HTTP."""
