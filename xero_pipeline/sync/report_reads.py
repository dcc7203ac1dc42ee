"""The pulls of one report, of several organisations: what all are compared with, and what is noted of those alike.

Xero's answers differ from day to day where they say when they were made. So it is the rows that are compared, by their
digest: where they are the same, nothing is written but the time, and that for all organisations at once.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING

from xero_pipeline.revisions import program_version
from xero_pipeline.warehouse.progress.report_checks import Checked, newest_pulls, note_checked
from xero_pipeline.warehouse.schema.catalogue import table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from xero_pipeline.warehouse.store import Warehouse
    from xero_pipeline.xero.reports.catalogue import Report
    from xero_pipeline.xero.reports.report_months import ReportMonth


@dataclass(frozen=True, slots=True)
class _Newest:
    fetched_at: datetime
    digest: str | None


class ReportReads:
    """What is known of a report before it is pulled, and what is to be noted of months that are as they were.

    What is not noted yet has not happened for the next pull, which then asks for the same again: nothing is lost.

    Args:
        wanted: The months that are pulled, by organisation.
    """

    def __init__(self, warehouse: Warehouse, report: Report, wanted: Mapping[str, Sequence[date]]) -> None:
        self._warehouse = warehouse
        self._report = report
        self._wanted = wanted
        self._checked: deque[Checked] = deque()

    def are_as_before(self, tenant_id: str, months: Sequence[ReportMonth]) -> bool:
        """Whether the rows of all these months are those of the newest pull.

        Raises:
            WarehouseBusy: Another process held the file all the time.
        """
        before = [self._newest.get((tenant_id, month.period_start)) for month in months]
        return all(known and known.digest == rows_digest(month) for known, month in zip(before, months, strict=True))

    def note(self, tenant_id: str, months: Sequence[ReportMonth], at: datetime) -> None:
        """Note that months are as they were.

        Args:
            months: Of which `are_as_before` is true.
            at: When Xero was asked.
        """
        for month in months:
            known = self._newest[tenant_id, month.period_start]
            self._checked.append(Checked(tenant_id, month.period_start, known.fetched_at, at))

    def flush(self) -> None:
        """Write what is noted, in one transaction.

        Raises:
            WarehouseBusy: Another process held the file all the time; it can be tried again.
        """
        if not self._checked:
            return
        checked = list(self._checked)
        with self._warehouse.writing() as connection:
            note_checked(connection, self._report.table, self._report.basis, checked)
        for _ in checked:
            self._checked.popleft()

    @cached_property
    def _newest(self) -> Mapping[tuple[str, date], _Newest]:
        months = {month for wanted in self._wanted.values() for month in wanted}
        with self._warehouse.writing() as connection:  # the rows come next: opened once for both
            found = newest_pulls(connection, self._report.table, self._report.basis, list(self._wanted), months)
            return {(one, month): _Newest(at, digest) for one, month, at, digest in found}


def rows_digest(month: ReportMonth) -> str:
    """A digest of all that the rows of a report's month are made of: its lines, the table and the program."""
    told = (month.rows, month.period_end, program_version(), table(month.report.table))
    return sha256(repr(told).encode()).hexdigest()
