"""The revisions of the state's layout, one file each; `xero_pipeline.revisions` runs them.

A new one is a copy of the newest with the next number, its `program` the version that will bring it, and `HEAD` set to
it. It names its tables with `schema=op.get_context().version_table_schema`, for in PostgreSQL they have one.
"""

from __future__ import annotations

HEAD = "0003"
"""The revision of the tables that `state_metadata` declares."""
