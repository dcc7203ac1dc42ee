"""The statements of an organisation and a period together, with their reconciliation, as one workbook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xero_pipeline import clock
from xero_pipeline.calendar import month_start
from xero_pipeline.files.catalogue import read_statement
from xero_pipeline.files.drawn_statement import file_stem
from xero_pipeline.files.reconciliation import reconciled_figures
from xero_pipeline.files.sheet import Sheet, SheetBlock, SheetColumn, SheetRow
from xero_pipeline.files.statement_file import MEDIA_TYPES, MadeFile
from xero_pipeline.files.statement_kinds import STATEMENT_KINDS
from xero_pipeline.files.statement_layouts import sheet_of
from xero_pipeline.files.statement_request import StatementRequest
from xero_pipeline.files.workbook import workbook
from xero_pipeline.ledger.reconcile.cause_names import cause_in_words
from xero_pipeline.ledger.reconcile.differences import differences

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy import Connection

    from xero_pipeline.ageing import Ageing
    from xero_pipeline.files.drawn_statement import DrawnStatement
    from xero_pipeline.files.reconciliation import ReconciledFigures
    from xero_pipeline.ledger.cash_basis.lines import Basis
    from xero_pipeline.ledger.reconcile.differences import Difference

IN_THE_SET = (
    *("profit-and-loss", "balance-sheet", "trial-balance", "cash-flow"),
    *("aged-receivables", "aged-payables", "bank-summary"),
)
"""Which statements there are, in order."""
NOT_IN_THE_SET = "The general ledger and the budget are not part of “All statements”: each has files of its own."
"""What the page and the cover say of the others."""


@dataclass(frozen=True, slots=True)
class StatementSet:
    """All of them.

    Args:
        statements: At least one.
        reconciled: How many figures of the period's months were compared with Xero's, by statement.
        differences: Which of them differ.
    """

    start: date
    end: date
    basis: Basis
    statements: Sequence[DrawnStatement]
    reconciled: Sequence[ReconciledFigures]
    differences: Sequence[Difference]

    @property
    def facts(self) -> Sequence[tuple[str, str]]:
        """What is told of all of them together."""
        first = self.statements[0]
        told = {**dict(first.facts), "Basis": self.basis.capitalize()}
        del told["Reconciliation"]
        return list(told.items())


def read_statement_set(
    connection: Connection,
    tenant_id: str,
    start: date,
    end: date,
    *,
    basis: Basis = "accrual",
    known_on: date | None = None,
    organisation: str = "",
    as_of: datetime | None = None,
    ageing: Ageing = "days",
) -> StatementSet:
    """Draw all statements of a period.

    Args:
        connection: To the books they are of; reading is enough.
        basis: Of those that differ by it.
        known_on: The day on whose evening the books were known.
        organisation: What to call it; by default its name in the warehouse.
        as_of: The moment the books are of.

    Raises:
        ConfigurationError: Nothing is posted, or the warehouse does not know the organisation.
    """
    requests = [
        StatementRequest(
            name,
            None if STATEMENT_KINDS[name].of_a_day else start,
            end,
            basis if STATEMENT_KINDS[name].with_basis else None,
            known_on=known_on,
        )
        for name in IN_THE_SET
    ]
    statements = [
        read_statement(connection, tenant_id, one, organisation=organisation, as_of=as_of, ageing=ageing)
        for one in requests
    ]
    reconciled = reconciled_figures(connection, tenant_id, start, end)
    differing = [
        one for one in differences(connection, tenant_id=tenant_id) if month_start(start) <= one.period_start <= end
    ]
    return StatementSet(start, end, basis, statements, reconciled, differing)


def statement_set_file(found: StatementSet) -> MadeFile:
    """Write them into a workbook: a cover, a sheet for each statement, and one for the reconciliation.

    Raises:
        ConfigurationError: A sheet has no room for so many rows.
    """
    first = found.statements[0]
    sheets = [_cover(found), *map(sheet_of, found.statements), _reconciliation(found)]
    content = workbook(sheets, title="Statements", organisation=first.organisation, made_at=first.as_of or clock.now())
    stem = file_stem(first.organisation, f"statements-{found.start}-to-{found.end}")
    return MadeFile(f"{stem}.xlsx", MEDIA_TYPES["xlsx"], content)


def _cover(found: StatementSet) -> Sheet:
    columns = [SheetColumn(head, "text") for head in ("Statement", "Days", "Basis", "Reconciliation")]
    rows = [
        SheetRow((one.title, one.days, (one.request.basis or "").capitalize() or None, one.reconciliation.words))
        for one in found.statements
    ]
    return Sheet("Statements", found.facts, columns, [SheetBlock(rows)], (NOT_IN_THE_SET,), "Cover")


def _reconciliation(found: StatementSet) -> Sheet:
    """What ties out in a line, what does not figure by figure."""
    currency = (found.statements[0].currency,)
    columns = [
        SheetColumn("Account", "text"),
        SheetColumn("Month", "text"),
        SheetColumn("Figure", "text"),
        *(SheetColumn(head, notes=currency) for head in ("Ledger", "Xero's report", "Difference")),
        SheetColumn("Likely cause", "text"),
    ]
    notes = (
        () if found.reconciled else ("Nothing was compared: the warehouse has no report of Xero's of these months.",)
    )
    return Sheet("Reconciliation with Xero", found.facts, columns, list(_compared(found)), notes, "Reconciliation")


def _compared(found: StatementSet) -> Iterator[SheetBlock]:
    for one in found.reconciled:
        mine = [_difference(each) for each in found.differences if each.statement == one.statement]
        yield SheetBlock(mine, f"{_in_words(one.statement)}: {one.words}")


def _difference(one: Difference) -> SheetRow:
    waits = ", waits for the report to be pulled again" if one.is_stale else ""
    figures = (one.ours, one.xeros, one.difference)
    cause = f"{cause_in_words(one.cause)}{waits}"
    return SheetRow((one.account, f"{one.period_start:%Y-%m}", one.measure.replace("_", " "), *figures, cause))


def _in_words(statement: str) -> str:
    name = statement.removesuffix("_cash").replace("_", " ").capitalize()
    return f"{name} on cash basis" if statement.endswith("_cash") else name
