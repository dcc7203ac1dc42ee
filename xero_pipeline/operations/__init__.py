"""Dagster's home and history, how organisations stand, health checks: what the command line and the web page share."""
