"""Dagster's home and history, the status of organisations, health checks: for the command line and the web page."""
