"""Dagster's home and history, and how organisations stand: what the command line and the web page both show and do."""
