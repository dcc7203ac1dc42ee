"""Reports month by month: asked for with few calls, given as tidy rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from xero_pipeline.calendar import month_end, month_start
from xero_pipeline.xero.http.response import ApiResponse
from xero_pipeline.xero.reports.call_windows import ReportWindow
from xero_pipeline.xero.reports.catalogue import Report, ReportRow
from xero_pipeline.xero.reports.fetched_report import FetchedReport, ReportSource, fetch_report, received
from xero_pipeline.xero.reports.parse_statements import TrackingCategory, tracking_rows
from xero_pipeline.xero.reports.tree import column_labels, titled_day

_CATEGORY = "trackingCategoryID"


@dataclass(frozen=True, slots=True)
class ReportMonth:
    """One report of one calendar month.

    Args:
        period_start: The month's first day, as asked for.
        period_end: The month's last day, as asked for.
        rows: Its lines, in order.
        answers: The calls that brought it, perhaps together with other months.
        raw: The JSON text of the report as received, perhaps with other months; a list of them if it took several.
    """

    report: Report
    period_start: date
    period_end: date
    rows: tuple[ReportRow, ...]
    answers: tuple[ApiResponse, ...]
    raw: bytes


def report_months(
    asker: ReportSource,
    tenant_id: str,
    report: Report,
    months: Sequence[date],
    categories: Sequence[TrackingCategory] = (),
) -> Iterator[ReportMonth]:
    """A report of whole months, in as few calls as stay month-true: each is what a call for it alone would show.

    Args:
        months: Any day of each month.
        categories: The organisation's tracking categories, for the report that is split by them.

    Yields:
        The months, oldest first.

    Raises:
        XeroPipelineError: As `XeroClient.get`; UnreadableAnswer if the report is not laid out as documented, or is
            of another month than was asked for.
    """
    for window in report.period_request.windows(months):
        if report.parse is None:
            pulled = [_pull(asker, tenant_id, report, window, {_CATEGORY: one.category_id}) for one in categories]
            yield _by_category(report, window.anchor, pulled, categories)
        else:
            yield from _window_months(asker, tenant_id, report, window)


def months_in(
    report: Report,
    tenant_id: str,
    answers: Sequence[ApiResponse],
    months: Sequence[date],
    categories: Sequence[TrackingCategory] = (),
) -> list[ReportMonth]:
    """The months of a report that answers hold which came earlier, without a call.

    Args:
        answers: What brought them; answers that hold none of the months do no harm.
        months: First days of the months that were made of them.
        categories: As for `report_months`.

    Raises:
        UnreadableAnswer: A report is not laid out as documented.
    """
    found: dict[date, ReportMonth] = {}
    pulled = [received(answer, tenant_id) for answer in answers]
    for month in months:
        if report.parse is None:
            of_month = [one for one in pulled if _asked_month(one) == month]
            found[month] = _by_category(report, month, of_month, categories)
            continue
        for one in pulled:
            # Whatever a call reaches over, the month it was asked with stands in its first column.
            if _asked_month(one) == month:
                found[month] = _month(report, month, one, 0)
            elif month_end(month) in (days := _days(report, one)):
                found[month] = _month(report, month, one, days.index(month_end(month)))
    return [found[month] for month in months if month in found]


def _window_months(asker: ReportSource, tenant_id: str, report: Report, window: ReportWindow) -> Iterator[ReportMonth]:
    pulled = _pull(asker, tenant_id, report, window)
    if pulled.is_empty:
        if report.period_request.label is None and window.columns == 1:
            _check_month(report, pulled, window.ends[0])
        for month in window.wanted:
            yield ReportMonth(report, month, month_end(month), (), (pulled.answer,), pulled.raw)
        return
    if window.columns > 1 and _days(report, pulled) != window.ends:
        # Months cut short, or columns we cannot tell apart: every month for itself is always true.
        for single in window.single_months():
            yield from _window_months(asker, tenant_id, report, single)
        return
    if window.columns == 1:
        _check_month(report, pulled, window.ends[0])
    for month in window.wanted:
        yield _month(report, month, pulled, window.column(month))


def _pull(
    asker: ReportSource, tenant_id: str, report: Report, window: ReportWindow, more: Mapping[str, str] | None = None
) -> FetchedReport:
    params = {**report.params, **report.period_request.period(window), **(more or {})}
    return fetch_report(asker, tenant_id, report.path, report.scope, params)


def _days(report: Report, pulled: FetchedReport) -> tuple[date | None, ...]:
    """The last days that the columns are labelled with."""
    label = report.period_request.label
    if pulled.is_empty:
        return ()
    return tuple(label(text) for text in pulled.read(column_labels)) if label else ()


def _check_month(report: Report, pulled: FetchedReport, asked: date) -> None:
    """Refuse a report whose labels, or titles where the labels are no periods, say another month."""
    if report.period_request.label is None:
        told = pulled.read(titled_day)
        # Of the current month Xero may well say today instead of the month's end.
        if told and month_end(told) != asked:
            raise pulled.unreadable(f"asked for {asked}, its title says {told}")
        return
    days = _days(report, pulled)
    if not 1 <= len(days) <= 1 + report.period_request.further_columns:
        raise pulled.unreadable(f"{len(days)} columns for one month")
    if days[0] not in {None, asked}:
        raise pulled.unreadable(f"asked for {asked}, its column says {days[0]}")


def _month(report: Report, month: date, pulled: FetchedReport, column: int) -> ReportMonth:
    if pulled.is_empty:
        return ReportMonth(report, month, month_end(month), (), (pulled.answer,), pulled.raw)
    read = report.parse
    assert read is not None  # else the months were taken by category
    rows = pulled.read(lambda laid_out: read(laid_out, column))
    return ReportMonth(report, month, month_end(month), rows, (pulled.answer,), pulled.raw)


def _by_category(
    report: Report, month: date, pulled: Sequence[FetchedReport], categories: Sequence[TrackingCategory]
) -> ReportMonth:
    known = {category.category_id: category for category in categories}
    rows: list[ReportRow] = []
    for one in pulled:
        if one.is_empty:
            continue
        _check_month(report, one, month_end(month))
        asked = one.answer.params.get(_CATEGORY, "")
        category = known.get(asked, TrackingCategory(asked, "", {}))
        rows += one.read(lambda laid_out, category=category: tracking_rows(laid_out, category))
    raw = b"[" + b",".join(one.raw for one in pulled) + b"]"
    return ReportMonth(report, month, month_end(month), tuple(rows), tuple(one.answer for one in pulled), raw)


def _asked_month(pulled: FetchedReport) -> date:
    """The month a call was asked with."""
    params = pulled.answer.params
    return month_start(date.fromisoformat(params.get("fromDate") or params["date"]))
