"""The warehouse's own tables: checkpoints, resume points, quarantine, schema drift, call log."""
