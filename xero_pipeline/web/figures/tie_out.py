"""Whether our figures agree with Xero's, as `ledger.tie_out` has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xero_pipeline.web.figures import queries


@dataclass(frozen=True, slots=True)
class TieOut:
    """The comparison.

    Args:
        statements: For each statement how many figures of how many months were compared, how many differ, and how many
            wait for their report to be pulled again.
        differences: The largest, each with what is likely behind it.
    """

    statements: Sequence[Mapping[str, Any]]
    differences: Sequence[Mapping[str, Any]]

    @property
    def figures(self) -> int:
        """How many were compared."""
        return sum(one["figures"] - one["stale"] for one in self.statements)

    @property
    def differ(self) -> int:
        """How many differ."""
        return sum(one["differ"] for one in self.statements)

    @property
    def unexplained(self) -> int:
        """How many of them have no known cause."""
        return sum(one["unexplained"] for one in self.statements)

    @property
    def stale(self) -> int:
        """How many wait for their report to be pulled again."""
        return sum(one["stale"] for one in self.statements)


def tie_out(ask: Callable[..., list[dict[str, Any]]]) -> TieOut | None:
    """Read it.

    Args:
        ask: Asks the warehouse about one organisation.

    Returns:
        None where nothing was compared yet.
    """
    if not ask(queries.HAS_TIE_OUT)[0]["n"]:
        return None
    statements = ask(queries.TIE_OUT)
    # That our own journals balance is no comparison with Xero.
    compared = any(one["statement"] != "journals" for one in statements)
    return TieOut(statements, ask(queries.DIFFERENCES)) if compared else None
