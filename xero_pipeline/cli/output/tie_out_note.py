"""What does not tie out and nothing explains: told after a sync and by `status`, and the reason why `explain` fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xero_pipeline.ledger.reconcile.differences import differences, is_kept

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import Connection

    from xero_pipeline.container import Services
    from xero_pipeline.ledger.reconcile.differences import Difference


def unexplained(services: Services, tenants: Collection[str]) -> list[Difference]:
    """The figures of some organisations that differ from Xero's reports without a likely cause."""
    with services.warehouse.reading() as connection:
        return [one for one in unexplained_in(connection) if one.tenant_id in tenants]


def unexplained_in(connection: Connection) -> list[Difference]:
    """Those of all organisations, over a connection to the warehouse that is open already."""
    found = differences(connection, causes=False, once=True) if is_kept(connection) else []
    return without_cause(found)


def without_cause(found: Sequence[Difference]) -> list[Difference]:
    """Those that fail a check: nothing explains them, and they do not wait for a report to be pulled again.

    Args:
        found: Figures, also such as tie out.
    """
    return [one for one in found if one.difference and one.cause == "UNKNOWN" and not one.is_stale]


def tie_out_note(found: Sequence[Difference]) -> str:
    """Some of them in a paragraph."""
    first = found[0]
    many = f"{len(found)} figures differ" if len(found) > 1 else "1 figure differs"
    return (
        f"The ledger does not tie out: {many} from Xero's reports, such as {first.account} of "
        f"{first.organisation} in {first.period_end:%B %Y} by {first.difference:+,.2f}. "
        f"`xero-pipeline explain` shows them and the documents behind them."
    )
