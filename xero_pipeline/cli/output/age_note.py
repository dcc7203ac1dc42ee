"""What is said under an answer that is older than the warehouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xero_pipeline.warehouse.store import Warehouse


def tell_age(warehouse: Warehouse) -> None:
    """Say of when the books are that were read, if a sync has changed rows since.

    Args:
        warehouse: From which they were read.
    """
    from xero_pipeline.cli.output.console import say

    if moment := warehouse.dialect.as_of():
        say(f"As of {moment:%Y-%m-%d %H:%M} UTC. A sync has changed rows since: they are shown when it has ended.")
