"""The tables of a sync as files: how each stands, and what it costs in calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xero_pipeline.files.csv_text import csv_text
from xero_pipeline.files.drawn_statement import file_stem, instant
from xero_pipeline.files.sheet import Sheet, SheetBlock, SheetColumn, SheetRow
from xero_pipeline.files.statement_file import MEDIA_TYPES, MadeFile
from xero_pipeline.files.workbook import workbook
from xero_pipeline.operations.synced_tables import STATES
from xero_pipeline.web.actions import organisation
from xero_pipeline.web.app_context import context_of
from xero_pipeline.web.books.statement_pages import form_of
from xero_pipeline.web.formatting import words
from xero_pipeline.web.responses import sent
from xero_pipeline.web.syncing.sync_overview import sync_overview

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response

    from xero_pipeline.files.sheet import Kind
    from xero_pipeline.web.syncing.sync_overview import SyncOverview

    Record = Mapping[str, Any]

_COLUMNS: Sequence[tuple[str, str, Kind]] = (
    ("Table", "table", "text"),
    ("Subject", "subject", "text"),
    ("State", "state", "text"),
    ("Last read", "read_at", "text"),
    ("Newest in Xero", "newest_change_at", "text"),
    ("Newest month", "newest_month", "date"),
    ("Rows", "rows", "count"),
    ("Calls in 24 hours", "calls_today", "count"),
    ("In the last sync", "calls_last_sync", "count"),
    ("In the next", "calls_planned", "count"),
    ("What is in the way", "why", "text"),
    ("Since", "since", "text"),
    ("Goes on at", "resumes_at", "text"),
)
"""Head, field and kind of each column of the workbook."""


def file(request: Request) -> Response:
    """All tables of an organisation, as CSV or as a workbook.

    Raises:
        UnknownAction: There is no such organisation, or no such form of a file.
        WarehouseBusy: The warehouse is in use, and nothing was read before.
    """
    context = context_of(request)
    one = organisation(context, request.path_params["tenant_id"])
    form = form_of(str(request.path_params["form"]))
    state = sync_overview(context, one.tenant_id)
    records = _records(state)
    made = csv_text(records).encode("utf-8-sig") if form == "csv" else _workbook(one.name, records, state.read_at)
    stem = file_stem(one.name, "synced-tables", f"{state.read_at:%Y-%m-%d}")
    return sent(MadeFile(f"{stem}.{form}", MEDIA_TYPES[form], made))


def _records(state: SyncOverview) -> Sequence[Record]:
    """A row for each table, with its calls beside it."""
    return [
        {
            **{name: value for name, value in one.items() if name != "calls"},
            **{f"calls_{name}": count for name, count in one["calls"].items()},
        }
        for one in state.tables
    ]


def _workbook(name: str, records: Sequence[Record], at: datetime) -> bytes:
    rows = [SheetRow(tuple(_cell(record, field) for _, field, _ in _COLUMNS)) for record in records]
    columns = [SheetColumn(head, kind) for head, _, kind in _COLUMNS]
    sheet = Sheet("Synced tables", [("Organisation", name), ("As of", instant(at))], columns, [SheetBlock(rows)])
    return workbook([sheet], title=f"Synced tables of {name}", organisation=name, made_at=at)


def _cell(record: Record, field: str) -> Any:
    value = record[field]
    if field == "state":
        return STATES[value]
    if field in ("table", "subject"):
        return words(value)
    return instant(value) if value and field.endswith(("_at", "since")) else value
