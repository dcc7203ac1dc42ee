"""A statement with all that is told of it: what is printed, shown or written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from xero_pipeline.files.reconciliation import NOT_TOLD, Reconciliation
from xero_pipeline.ledger.statements.changes import change_of
from xero_pipeline.ledger.statements.columns import SideBySide

if TYPE_CHECKING:
    from xero_pipeline.ageing import Ageing
    from xero_pipeline.files.statement_request import StatementRequest
    from xero_pipeline.ledger.statements.lines import Line

_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class DrawnStatement:
    """A statement of one organisation, or of the group.

    Args:
        request: Which it is.
        organisation: Whose.
        currency: That of every amount that names no other.
        rows: Its lines: those of one of the functions in `ledger.statements`, all of one kind, or several columns.
        as_of: The moment the books are of; None where nobody needs to know.
        is_revalued: Whether Xero's balance sheet values what is open in other currencies anew, which these rows do not.
        contact_name: Whose documents they are, if only one contact's.
        ageing: How long a month of what is overdue is.
        reconciliation: Whether its figures agree with Xero's reports.
    """

    request: StatementRequest
    tenant_id: str
    organisation: str
    currency: str
    rows: Sequence[Any] | SideBySide
    as_of: datetime | None = None
    reconciliation: Reconciliation = NOT_TOLD
    is_revalued: bool = False
    contact_name: str = ""
    ageing: Ageing = "days"

    @property
    def title(self) -> str:
        """What it is called."""
        return self.request.name.removesuffix("-documents").replace("-", " ").capitalize()

    @property
    def days(self) -> str:
        """Of which days it is; of several columns each says so itself."""
        return f"{self.request.start} to {self.request.end}" if self.request.start else f"{self.request.end}"

    @property
    def facts(self) -> Sequence[tuple[str, str]]:
        """What is told of it beside its title, each with a label."""
        asked = self.request
        told = [
            ("Organisation", self.organisation),
            ("Contact", self.contact_name),
            ("Period" if asked.start else "At the close of", self.days),
            ("Currency", self.currency),
            ("Basis", (asked.basis or "").capitalize()),
            ("As known on", f"{asked.known_on or ''}"),
            ("Books as of", instant(self.as_of) if self.as_of else ""),
            ("Reconciliation", self.reconciliation.words),
        ]
        return [(label, fact) for label, fact in told if fact]

    @property
    def file_stem(self) -> str:
        """The name of its file, without the ending."""
        days = f"{self.request.start}-to-{self.request.end}" if self.request.start else f"{self.request.end}"
        return file_stem(self.organisation, self.request.name, self.contact_name, days)

    @property
    def records(self) -> list[dict[str, Any]]:
        """Its rows for programs: every field by its name, amounts exact."""
        if isinstance(self.rows, SideBySide):
            return [
                {name: value for name, value in asdict(line).items() if name != "amounts"}
                | {name: value for place in range(len(line.amounts)) for name, value in self._cells(line, place)}
                for line in self.rows.lines
            ]
        return [{name: plain(value) for name, value in asdict(row).items()} for row in self.rows]

    @property
    def document(self) -> dict[str, Any]:
        """All of it for programs."""
        asked = self.request
        head = {"statement": asked.name, "organisation": self.organisation, "tenant_id": self.tenant_id}
        head["currency"] = self.currency
        told: dict[str, Any] = {"basis": asked.basis, "known_on": asked.known_on}
        head |= {name: value for name, value in told.items() if value is not None}
        if not isinstance(self.rows, SideBySide):
            return {**head, "from": asked.start, "to": asked.end, "rows": self.records}
        heads = [{"label": one.label, "from": one.period.start, "to": one.period.end} for one in self.rows.columns]
        rows = [asdict(line) | {"amounts": list(map(plain, line.amounts))} for line in self.rows.lines]
        compared = [place for place, one in enumerate(self.rows.columns) if one.is_compared]
        if compared:
            for row, line in zip(rows, self.rows.lines, strict=True):
                row["changes"] = [
                    {"since": self.rows.columns[place].label, **asdict(change_of(line, place))} for place in compared
                ]
        return {**head, "columns": heads, "rows": rows}

    def _cells(self, line: Line, place: int) -> Iterator[tuple[str, Any]]:
        """The amount of a column by its label, and what changed since, if it is compared with."""
        assert isinstance(self.rows, SideBySide)
        column = self.rows.columns[place]
        yield column.label, plain(line.amounts[place])
        if column.is_compared:
            change = change_of(line, place)
            share = None if change.share is None else round(change.share * 100, 1)
            yield f"{column.label}: change", plain(change.amount)
            yield f"{column.label}: change %", share
            yield f"{column.label}: effect on profit", change.effect


def plain(value: Any) -> Any:
    """An amount with its cents, and more decimals only where it has them."""
    if not isinstance(value, Decimal):
        return value
    cents = value.quantize(_CENT)
    return cents if cents == value else value.normalize()


def instant(moment: datetime) -> str:
    """A moment as people read it."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def file_stem(*words: str) -> str:
    """Words as the name of a file on any machine: letters, digits and hyphens."""
    return "-".join(filter(None, (re.sub(r"[\W_]+", "-", word.casefold()).strip("-") for word in words)))
