"""What a sync or backfill will cost in calls and time."""
