"""What people see on an asset in Dagster's UI: charts, tables, names and links."""
