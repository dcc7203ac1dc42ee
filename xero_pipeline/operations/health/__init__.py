"""Whether everything is as it must be: settings, key, clock, Xero, consents, disk, databases, Dagster."""
