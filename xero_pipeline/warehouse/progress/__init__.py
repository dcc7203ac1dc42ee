"""The warehouse's own tables: how far reads have come, quarantine and schema drift, the call log."""
