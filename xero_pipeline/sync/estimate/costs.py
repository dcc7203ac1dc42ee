"""What a call of each kind brings and takes, by the calls that were made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from xero_pipeline.warehouse.store import Warehouse

# Of this organisation, or of all: another one's answers are a better guess than none.
_MADE = """
SELECT asset, modified_since IS NOT NULL AS changes, tenant_id = :tenant_id AS ours,
    COUNT(*) AS calls, SUM(wire_bytes) AS wire_bytes, SUM(seconds) AS seconds
FROM xero.api_calls WHERE status = 200 AND asset IS NOT NULL GROUP BY 1, 2, 3
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """One call, on average.

    Args:
        wire_bytes: Bytes of its answer as they come over the wire.
        seconds: From sending to the last byte.
    """

    wire_bytes: float
    seconds: float


class Costs:
    """What calls for an organisation cost."""

    def __init__(self, warehouse: Warehouse, tenant_id: str) -> None:
        rows = warehouse.query(_MADE, {"tenant_id": tenant_id}).to_pylist()
        self._costs = _averages(rows) | _averages(row for row in rows if row["ours"])

    def of(self, asset: str, *, changes: bool) -> Cost | None:
        """What a call costs; None if none was ever made.

        Args:
            asset: The table it is made for.
            changes: Whether it asks for changes only. Before any did, calls for everything tell: those bring more.
        """
        return self._costs.get((asset, changes)) or self._costs.get((asset, False))


def _averages(rows: Iterable[Mapping[str, Any]]) -> dict[tuple[str, bool], Cost]:
    sums: dict[tuple[str, bool], list[float]] = {}
    for row in rows:
        mine = sums.setdefault((row["asset"], row["changes"]), [0, 0, 0])
        for place, name in enumerate(("calls", "wire_bytes", "seconds")):
            mine[place] += float(row[name] or 0)
    return {kind: Cost(size / calls, seconds / calls) for kind, (calls, size, seconds) in sums.items()}
