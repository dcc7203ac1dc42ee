"""What nobody knew of in a report: fields, kinds of rows, sections. Its figures are read all the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from xero_pipeline.warehouse.parse import damaged_text
from xero_pipeline.warehouse.parse.declared_fields import sections
from xero_pipeline.warehouse.parse.python_reader import decoded
from xero_pipeline.warehouse.parse.schema_drift import merge_drift
from xero_pipeline.warehouse.progress.records import Drift

_FIELDS = {
    "Report": {
        "ReportID", "ReportName", "ReportType", "ReportTitle", "ReportTitles", "ReportDate", "UpdatedDateUTC",
        "Fields", "Rows", "Contacts", "Attributes",
    },
    "Row": {"RowType", "Title", "Cells", "Rows"},
    "Cell": {"Value", "Attributes"},
    "Attribute": {"Id", "Value"},
}  # fmt: skip
_KINDS = ("Header", "Section", "Row", "SummaryRow")
_SHOWN = 200


def drift_in_report(table: str, text: bytes, *, month: str) -> list[Drift]:
    """What a report has that is not known, each once.

    Args:
        table: The report's table; the sections that are known are declared with it.
        text: The report's JSON, or a list of reports.
        month: To tell which answer had it.
    """
    found = decoded(text)
    reports = found if isinstance(found, list) else [found]
    odd = (drift for report in reports for drift in _in_report(report, sections(table), month))
    return merge_drift(
        [*odd, *(drift for report in reports for drift in damaged_text.unreadable_texts_in_report(report, month))]
    )


def _in_report(report: Any, titles: frozenset[str], month: str) -> Iterator[Drift]:
    for place, thing in _things("Report", report):
        for name in sorted(set(thing) - _FIELDS[place]):
            yield _drift("field", f"{place}.{name}", "", thing[name], month)
        if place == "Row":
            yield from _in_row(thing, titles, month)


def _in_row(row: dict[str, Any], titles: frozenset[str], month: str) -> Iterator[Drift]:
    kind, title = str(row.get("RowType") or ""), str(row.get("Title") or "").strip()
    if kind not in _KINDS:
        yield _drift("section", "Row.RowType", kind, row, month)
    elif title and titles and plain(title) not in titles:
        yield _drift("section", "Row.Title", title, row, month)


def plain(title: str) -> str:
    """A section's title without what differs between regions: capitals, and how Xero begins it.

    Args:
        title: As Xero shows it.
    """
    return title.strip().lower().removeprefix("less ").removeprefix("plus ")


def _things(place: str, thing: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object of a report, each with what it is."""
    if not isinstance(thing, dict):
        return
    yield place, thing
    inside = {"Report": {"Rows": "Row"}, "Row": {"Rows": "Row", "Cells": "Cell"}, "Cell": {"Attributes": "Attribute"}}
    for name, kind in inside.get(place, {}).items():
        for inner in _listed(thing.get(name)):
            yield from _things(kind, inner)


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def _drift(kind: Any, path: str, value: str, sample: Any, month: str) -> Drift:
    shown = msgspec.json.encode(sample).decode()[:_SHOWN]
    return Drift(kind, path.replace("\0", "\\0")[:_SHOWN], value.replace("\0", "\\0")[:_SHOWN], shown, 1, month)
