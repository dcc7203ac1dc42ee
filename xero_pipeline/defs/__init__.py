"""Dagster: assets, partitions, jobs, schedules, sensors and resources, each a few lines over the other rooms."""
