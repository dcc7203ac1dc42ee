"""What we write down about our own reading."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

DriftKind = Literal["field", "value", "section", "missing", "character", "twice"]
"""An unknown field, an unknown word in a known field, an unknown part of a report, a field that was never missing; a
text with a character that nobody can read, a field that is there twice."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far one endpoint of one organisation has been read.

    Args:
        modified_since: The next read asks from here: the time of the first answer of the last complete read, by
            Xero's clock, less five minutes, but never after our own start of that read. None where the endpoint
            knows no such question.
        complete_at: When that read was complete.
        records: How many records it brought.
    """

    tenant_id: str
    endpoint: str
    modified_since: datetime | None
    complete_at: datetime
    records: int


@dataclass(frozen=True, slots=True)
class ResumePoint:
    """Where a read that was cut goes on.

    Args:
        modified_since: What it asks for: changes since then; None for everything.
        first_answer: Xero's clock at the first answer of the first attempt.
        read_before: Everything dated before this day is in the warehouse.
        records: Records read until then.
        began_at: When the first attempt began, by our clock.
        read_to: Everything numbered up to this is, of a list that is read by numbers.
    """

    tenant_id: str
    endpoint: str
    modified_since: datetime | None
    first_answer: datetime | None
    read_before: date | None
    records: int
    began_at: datetime
    read_to: int | None = None


@dataclass(frozen=True, slots=True)
class RefreshRound:
    """How far reading everything of one endpoint again has come.

    Args:
        complete_at: When the last complete read of everything began.
        began_at: When the present round began; None between two rounds.
        read_before: Everything dated before this day was read again in the present round.
        swept_at: When its ids were last compared with all of Xero's.
        called_on: The last day, in UTC, on which a part was read.
        calls: What that day cost.
        answer: A digest of the last answer that brought all of a list at once, while the rows are just what it said.
    """

    tenant_id: str
    endpoint: str
    complete_at: datetime | None = None
    began_at: datetime | None = None
    read_before: date | None = None
    swept_at: datetime | None = None
    called_on: date | None = None
    calls: int = 0
    answer: str | None = None

    def calls_on(self, day: date) -> int:
        """What was spent on a day, if it was the last one."""
        return self.calls if self.called_on == day else 0


@dataclass(frozen=True, slots=True)
class ReportPull:
    """One answer of a report.

    Args:
        report: Name of the report's table.
        basis: `accrual` or `cash`.
        period_start: First day.
        period_end: Last day.
        fetched_at: When Xero gave the answer.
        raw: The report as received, JSON.
        digest: Of its rows; None where an answer with the same rows is to be looked at again.
    """

    tenant_id: str
    report: str
    basis: str
    period_start: date
    period_end: date
    fetched_at: datetime
    raw: str
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class Drift:
    """Something Xero sent that this version does not know of. Nothing of it is lost: it is in `raw`.

    Args:
        path: Where in the record, such as `LineItems[].Discount`.
        value: The new word or section; empty for a field.
        sample: What was found there, JSON, cut off when long.
        records: How many records had it.
        record_id: One of them; None where records have no id.
    """

    kind: DriftKind
    path: str
    value: str
    sample: str
    records: int
    record_id: str | None
