"""Whether the figures of a statement agree with Xero's reports: what the tie-out says of its months."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from sqlalchemy import text

from xero_pipeline.calendar import month_start
from xero_pipeline.ledger.reconcile.compared_months import compared_months
from xero_pipeline.ledger.schema import has_ledger
from xero_pipeline.ledger.statements.periods import Period
from xero_pipeline.ledger.tables import named

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from xero_pipeline.files.statement_request import StatementRequest

_COMPARED: Mapping[str, str] = {
    "trial-balance": "trial_balance",
    "general-ledger": "trial_balance",
    "profit-and-loss": "profit_and_loss",
    "budget": "profit_and_loss",
    "balance-sheet": "balance_sheet",
    "bank-summary": "bank_summary",
    "cash": "bank_summary",
    "cash-flow": "bank_summary",
    "aged-receivables": "receivables",
    "aged-payables": "payables",
}
"""What each statement's figures are compared as, in `ledger.tie_out`."""

ReconciliationState = Literal[
    "Reconciled", "Known differences", "Differences", "Pending", "Partly compared", "Not compared"
]
"""Known are differences of which each has a likely cause; reconciled is what was compared in all of its months."""

_COUNTS = f"""
SELECT statement, COUNT(*) AS figures,
    SUM(CASE WHEN is_stale THEN 1 ELSE 0 END) AS stale,
    SUM(CASE WHEN NOT is_stale AND difference <> 0 THEN 1 ELSE 0 END) AS differ,
    SUM(CASE WHEN NOT is_stale AND difference <> 0 AND cause = 'UNKNOWN' THEN 1 ELSE 0 END) AS unexplained
FROM {named("tie_out")} WHERE tenant_id = :tenant_id AND period_start BETWEEN :first AND :last
    AND (statement <> 'journals' OR difference <> 0) GROUP BY statement
"""
"""That our own journals balance is no comparison with Xero."""


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Whether the figures of a statement agree with Xero's reports.

    Args:
        words: The same with its figures, as what follows a colon.
    """

    state: ReconciliationState
    words: str


NOT_TOLD = Reconciliation("Not compared", "")
"""Of a group, whose members have reports of their own."""


@dataclass(frozen=True, slots=True)
class ReconciledFigures:
    """How many figures of a statement were compared with Xero's reports.

    Args:
        months: In how many months they were compared.
        of_months: Of how many months the statement has figures.
        stale: How many wait for their report to be pulled again.
        differ: How many of the others differ.
        unexplained: How many of these have no likely cause.
    """

    statement: str
    figures: int
    months: int
    of_months: int
    stale: int
    differ: int
    unexplained: int

    @property
    def state(self) -> ReconciliationState:
        """Reconciled only if every figure of every month agrees."""
        if self.differ:
            return "Differences" if self.unexplained else "Known differences"
        if self.stale:
            return "Pending"
        return "Reconciled" if self.months == self.of_months else "Partly compared"

    @property
    def words(self) -> str:
        """The same with its figures, as what follows a colon."""
        waiting = _counted(self.stale, "waits", "wait") + " for a report of Xero's to be pulled again"
        compared = self.figures - self.stale
        if not compared:
            return waiting
        told = f"{_counted(compared, 'matches', 'match')} {self._reports}"
        if self.differ:
            of = f"{self.differ:,} of {compared:,} figure{'' if compared == 1 else 's'}"
            told = f"{of} differ{'s' if self.differ == 1 else ''} from {self._reports}, {self._causes}"
        return f"{told}; {waiting}" if self.stale else told

    @property
    def _reports(self) -> str:
        lacks = self.months < self.of_months
        return "Xero's reports" + (f" of {self.months:,} of {self.of_months:,} months" if lacks else "")

    @property
    def _causes(self) -> str:
        if self.unexplained:
            return f"{self.unexplained:,} without a likely cause"
        return "with a likely cause" if self.differ == 1 else "each with a likely cause"


def _counted(figures: int, one: str, several: str) -> str:
    return f"1 figure {one}" if figures == 1 else f"{figures:,} figures {several}"


def reconciled_figures(connection: Connection, tenant_id: str, start: date, end: date) -> Sequence[ReconciledFigures]:
    """What was compared of some days' months, by statement.

    Args:
        connection: To the books; reading is enough.
    """
    if not has_ledger(connection):
        return []
    first = month_start(start)
    rows = connection.execute(text(_COUNTS), {"tenant_id": tenant_id, "first": first, "last": end}).fetchall()
    months = compared_months(connection, tenant_id, first, end)
    return [
        ReconciledFigures(statement, int(figures), *months.of(statement), *map(int, counts))
        for statement, figures, *counts in rows
    ]


def is_revalued(connection: Connection, tenant_id: str) -> bool:
    """Whether anything of an organisation is open in another currency, and Xero's reports value it anew."""
    found = f"SELECT 1 FROM {named('revaluations')} WHERE tenant_id = :tenant_id LIMIT 1"
    return connection.execute(text(found), {"tenant_id": tenant_id}).first() is not None


def reconciliation_of(connection: Connection, tenant_id: str, request: StatementRequest) -> Reconciliation:
    """Whether the figures of a statement agree with Xero's reports.

    Args:
        connection: To the books it is of; reading is enough.
    """
    start = request.start or month_start(request.end)
    if not Period(start, request.end).is_months:
        return Reconciliation("Not compared", "not compared, for Xero's reports are of whole months")
    wanted = _COMPARED[request.name.removesuffix("-documents")] + ("_cash" if request.basis == "cash" else "")
    found = reconciled_figures(connection, tenant_id, start, request.end)
    mine = next((one for one in found if one.statement == wanted), None)
    if mine is None:
        return Reconciliation("Not compared", "not compared, for the warehouse has no report of Xero's of these months")
    return Reconciliation(mine.state, mine.words)
