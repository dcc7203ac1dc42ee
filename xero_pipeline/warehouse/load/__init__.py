"""Merging rows into their tables, with history and soft deletes."""
