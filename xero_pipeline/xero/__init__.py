"""Xero over HTTP and OAuth: tokens, limits, paging, reports. Knows no Dagster and no warehouse."""
