"""The revisions of the warehouse's layout, one file each; `xero_pipeline.revisions` runs them.

A new one is a copy of the newest with the next number, its `program` the version that will bring it, and `HEAD` set to
it. `upgrade` may meet a warehouse whose newest tables are not made yet, for declarations are applied after all
revisions: `warehouse.alterations` has the words that know this.
"""

from __future__ import annotations

HEAD = "0003"
"""The revision of the declarations in `columns/`."""
