"""The assets: what a run reads and writes."""
