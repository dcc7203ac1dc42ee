"""Reports month by month: asked for with few calls, given as tidy rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from xero_pipeline.errors import UnreadableAnswer
from xero_pipeline.xero.answers import Answer, Envelope
from xero_pipeline.xero.client import XeroClient
from xero_pipeline.xero.report_rows import (
    BankSummaryRow,
    ProfitAndLossRow,
    bank_summary_rows,
    column_labels,
    label_day,
    profit_and_loss_rows,
)
from xero_pipeline.xero.report_windows import Window, windows
from xero_pipeline.xero.values import loads, month_end, month_start

__all__ = [
    "REPORTS",
    "BankSummaryRow",
    "ProfitAndLossRow",
    "Report",
    "ReportMonth",
    "ReportRow",
    "bank_summary",
    "profit_and_loss",
]

ReportRow = ProfitAndLossRow | BankSummaryRow
ReportName = Literal["profit_and_loss", "bank_summary"]


@dataclass(frozen=True, slots=True)
class Report:
    """A report of the Accounting API.

    Args:
        name: Our name of it: its table in the warehouse.
        path: Below `/api.xro/2.0/`.
        scope: The granular scope that opens it.
    """

    name: ReportName
    path: str
    scope: str


REPORTS: Mapping[ReportName, Report] = {
    report.name: report
    for report in (
        Report("profit_and_loss", "Reports/ProfitAndLoss", "accounting.reports.profitandloss.read"),
        Report("bank_summary", "Reports/BankSummary", "accounting.reports.banksummary.read"),
    )
}


@dataclass(frozen=True, slots=True)
class ReportMonth:
    """One report of one calendar month.

    Args:
        report: Its name in `REPORTS`.
        period_start: The month's first day, as asked for.
        period_end: The month's last day, as asked for.
        rows: Its lines, in order.
        answer: The call that brought it, perhaps together with other months.
        raw: The JSON text of the report as received, perhaps with other months.
    """

    report: str
    period_start: date
    period_end: date
    rows: tuple[ReportRow, ...]
    answer: Answer
    raw: bytes


def profit_and_loss(client: XeroClient, tenant_id: str, months: Sequence[date]) -> Iterator[ReportMonth]:
    """The accrual profit and loss of whole months, in Xero's standard layout, up to twelve months a call.

    Every month is what a call for it alone would show.

    Args:
        client: The way to Xero.
        tenant_id: The organisation.
        months: Any day of each month.

    Yields:
        The months, oldest first.

    Raises:
        XeroPipelineError: As `XeroClient.get`; UnreadableAnswer if the report is not laid out as documented.
    """
    source = _Source(client, tenant_id, REPORTS["profit_and_loss"])
    for window in windows(months):
        yield from _window_months(source, window)


def bank_summary(client: XeroClient, tenant_id: str, months: Sequence[date]) -> Iterator[ReportMonth]:
    """The bank summary of whole months, a call each: this report has no columns for further periods.

    Args:
        client: The way to Xero.
        tenant_id: The organisation.
        months: Any day of each month.

    Yields:
        The months, oldest first.

    Raises:
        XeroPipelineError: As `XeroClient.get`; UnreadableAnswer if the report is not laid out as documented.
    """
    source = _Source(client, tenant_id, REPORTS["bank_summary"])
    for month in sorted({month_start(month) for month in months}):
        pulled = source.pull({"fromDate": month.isoformat(), "toDate": month_end(month).isoformat()})
        yield pulled.month(month, bank_summary_rows)


@dataclass(frozen=True, slots=True)
class _Source:
    """Where one report of one organisation comes from."""

    client: XeroClient
    tenant_id: str
    report: Report

    def pull(self, params: Mapping[str, str]) -> _Pulled:
        answer = self.client.get(self.tenant_id, self.report.path, params=params, scope=self.report.scope)
        try:
            (raw,) = Envelope.read(answer.body).records("Reports")
            report = loads(bytes(raw))
            if not isinstance(report, dict):
                raise ValueError("the report is not an object")
        except ValueError as flaw:
            raise self.unreadable(str(flaw), answer) from None
        return _Pulled(self, report, bytes(raw), answer)

    def unreadable(self, flaw: str, answer: Answer) -> UnreadableAnswer:
        return UnreadableAnswer(
            f"Xero's report is not laid out as documented: {flaw}. Please report it.",
            organisation=self.tenant_id,
            endpoint=answer.path,
            status=answer.status,
        )


@dataclass(frozen=True, slots=True)
class _Pulled:
    """A report as received."""

    source: _Source
    report: dict[str, Any]
    raw: bytes
    answer: Answer

    @property
    def labels(self) -> tuple[str, ...]:
        try:
            return column_labels(self.report)
        except (ValueError, AttributeError) as flaw:
            raise self.source.unreadable(str(flaw), self.answer) from None

    def month(self, month: date, parse: Callable[[dict[str, Any]], tuple[ReportRow, ...]]) -> ReportMonth:
        try:
            rows = parse(self.report)
        except (ValueError, AttributeError) as flaw:  # AttributeError: text where an object belongs
            raise self.source.unreadable(str(flaw), self.answer) from None
        return ReportMonth(self.source.report.name, month, month_end(month), rows, self.answer, self.raw)


def _window_months(source: _Source, window: Window) -> Iterator[ReportMonth]:
    pulled = source.pull({"standardLayout": "true", **window.params})
    days = tuple(label_day(label) for label in pulled.labels)
    if window.columns > 1 and days != window.ends:
        # Months cut short, or columns we cannot tell apart: every month for itself is always true.
        for single in window.single_months():
            yield from _window_months(source, single)
        return
    if len(days) != 1 and window.columns == 1:
        raise source.unreadable(f"{len(days)} columns for one month", pulled.answer)
    if window.columns == 1 and days[0] not in {None, window.ends[0]}:
        raise source.unreadable(f"asked for {window.ends[0]}, its column says {days[0]}", pulled.answer)
    for month in window.wanted:
        column = window.column(month)
        yield pulled.month(month, lambda report, column=column: profit_and_loss_rows(report, column))
