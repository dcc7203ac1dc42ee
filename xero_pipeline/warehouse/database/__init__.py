"""What differs between DuckDB and PostgreSQL, and how each is opened."""
