"""Aged receivables and payables: Xero gives them for one contact a call, so they are asked for by hand.

Source: Xero's page "Reports" and its OpenAPI description of the Accounting API (16.1.0).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from xero_pipeline.xero.http.response import ApiResponse
from xero_pipeline.xero.reports.fetched_report import FetchedReport, ReportSource, fetch_report
from xero_pipeline.xero.reports.tree import amount_of, attribute, cells_of, column_labels, flat, rows_of, text_of

AgedKind = Literal["receivables", "payables"]

SCOPE = "accounting.reports.aged.read"

_PATHS: Mapping[AgedKind, str] = {
    "receivables": "Reports/AgedReceivablesByContact",
    "payables": "Reports/AgedPayablesByContact",
}
_COLUMNS = ("date", "", "due date", "", "total", "paid", "credited", "due")
"""In the order of Xero's documents; the second is called Number or Reference, and the fourth, the days, nothing."""

_DAYS = re.compile(r"\D*(\d+)\D*", re.ASCII)
"""Of `12 days overdue`, in whatever language."""


@dataclass(frozen=True, slots=True)
class AgedRow:
    """A line of what a contact owed, or was owed, on a day; amounts in base currency.

    Args:
        line_type: `invoice`, or `other` for what has no invoice, such as an opening balance.
        invoice_id: The invoice or bill.
        number: The invoice's number; of a bill its reference.
        due_date: When it is due.
        overdue_days: Days it is overdue, 0 while it is not.
        total: What it came to.
        paid: Paid of it until the day.
        credited: Credited of it until the day.
    """

    position: int
    line_type: Literal["invoice", "other"]
    invoice_id: str | None
    number: str
    date: date | None
    due_date: date | None
    overdue_days: int
    total: Decimal
    paid: Decimal
    credited: Decimal
    due: Decimal


def aged(asker: ReportSource, tenant_id: str, kind: AgedKind, contact_id: str, as_of: date) -> FetchedReport:
    """What a contact owed, or was owed, on a day, for `aged_rows` to read. One call.

    Args:
        kind: Which of the two.
        as_of: The day: payments up to it count, and documents dated up to it.

    Raises:
        XeroPipelineError: As `XeroClient.get`; UnreadableAnswer if the answer holds no report.
    """
    params = {"contactId": contact_id, "date": as_of.isoformat(), "toDate": as_of.isoformat()}
    return fetch_report(asker, tenant_id, _PATHS[kind], SCOPE, params)


def asked(answer: ApiResponse) -> tuple[AgedKind, str, date]:
    """What an answer was asked for: which of the two, the contact, and the day.

    Args:
        answer: Of `aged`, whenever it came.
    """
    kind: AgedKind = "receivables" if answer.path == _PATHS["receivables"] else "payables"
    return kind, answer.params["contactId"], date.fromisoformat(answer.params["date"])


def aged_rows(report: Mapping[str, Any]) -> tuple[AgedRow, ...]:
    """The lines of an aged report, without its totals; an opening balance of nothing is left out.

    Args:
        report: The `Reports[0]` object.

    Raises:
        ValueError: It has no column for one of the amounts, or a cell does not hold what it should.
    """
    rows = [row for top in rows_of(report) for _, row in flat(top) if row.get("RowType") == "Row"]
    places = _places([label.lower() for label in ("date", *column_labels(report))], rows)
    told = (line for row in rows if (line := _row(row, places)).invoice_id or _says_something(line))
    return tuple(replace(line, position=position) for position, line in enumerate(told, start=1))


def _places(labels: list[str], rows: list[Mapping[str, Any]]) -> Mapping[str, int]:
    """Where the columns are: by their labels, or in the order that Xero documents where that adds up."""
    missing = [name for name in _COLUMNS if name and name not in labels]
    if not missing:
        return {name: labels.index(name) for name in _COLUMNS if name}
    in_order = {name: place for place, name in enumerate(_COLUMNS) if name}
    as_documented = len(labels) == len(_COLUMNS) and all(
        in_order.get(label, place) == place for place, label in enumerate(labels)
    )
    if as_documented and all(_adds_up(row, in_order) for row in rows):
        return in_order
    raise ValueError(f"the aged report has no column {', '.join(missing)}, but {', '.join(labels)}")


def _adds_up(row: Mapping[str, Any], places: Mapping[str, int]) -> bool:
    line = _row(row, places)
    return line.total - line.paid - line.credited == line.due


def _says_something(line: AgedRow) -> bool:
    return any((line.total, line.paid, line.credited, line.due))


def _row(row: Mapping[str, Any], places: Mapping[str, int]) -> AgedRow:
    cells = cells_of(row)
    number = text_of(cells[1]) if len(cells) > 1 else ""
    if len(cells) <= max(places.values()):
        raise ValueError(f"the line {number!r} has only {len(cells)} cells")
    due = places["due date"]
    invoice_id = attribute(row, "invoiceID")
    return AgedRow(
        position=0,
        line_type="invoice" if invoice_id else "other",
        invoice_id=invoice_id,
        number=number,
        date=_day(text_of(cells[0])),
        due_date=_day(text_of(cells[due])),
        overdue_days=_overdue(text_of(cells[due + 1])),
        total=amount_of(cells[places["total"]], number),
        paid=amount_of(cells[places["paid"]], number),
        credited=amount_of(cells[places["credited"]], number),
        due=amount_of(cells[places["due"]], number),
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text[:10]) if text else None


def _overdue(text: str) -> int:
    found = _DAYS.fullmatch(text.strip())
    if text.strip() and found is None:
        raise ValueError(f"{text[:40]!r} does not say how long something is overdue")
    return int(found[1]) if found else 0
