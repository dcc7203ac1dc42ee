"""The declared tables: columns, types, DDL and revisions."""
