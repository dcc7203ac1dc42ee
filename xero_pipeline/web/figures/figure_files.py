"""The tables beside the charts as files: each as CSV, all of them as a workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xero_pipeline.files.csv_text import csv_text
from xero_pipeline.files.drawn_statement import file_stem, instant
from xero_pipeline.files.statement_file import MEDIA_TYPES, MadeFile
from xero_pipeline.files.workbook import workbook
from xero_pipeline.web.actions import UnknownAction, organisation
from xero_pipeline.web.app_context import context_of
from xero_pipeline.web.figures.panels import panels
from xero_pipeline.web.pages import figures_of, span_of
from xero_pipeline.web.responses import sent

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response

    from xero_pipeline.web.figures.company_figures import Figures
    from xero_pipeline.web.figures.panels import Panel

ALL = "all.xlsx"
"""All tables of the page."""


def file(request: Request) -> Response:
    """A table, by the key of its panel, or all of them.

    Raises:
        UnknownAction: There is no such organisation or table.
        WarehouseBusy: The warehouse is in use, and nothing was read before.
    """
    context = context_of(request)
    one = organisation(context, request.path_params["tenant_id"])
    name = str(request.path_params["file"])
    seen = figures_of(context, one.tenant_id, one.name, span_of(request))
    made = panels(seen.value)
    if name == ALL:
        return sent(_workbook(seen.value, made, seen.at))
    panel = next((panel for panel in made if f"{panel.key}.csv" == name), None)
    if panel is None:
        raise UnknownAction(f"There is no table {name}: there are {ALL} and, as CSV, {_keys(made)}.")
    content = csv_text(panel.table.records).encode("utf-8-sig")
    return sent(MadeFile(f"{_stem(seen.value, panel.key)}.csv", MEDIA_TYPES["csv"], content))


def _workbook(figures: Figures, made: Sequence[Panel], at: datetime) -> MadeFile:
    facts = [("Organisation", figures.name), ("Currency", figures.currency), ("Books as of", instant(at))]
    sheets = [panel.table.sheet(panel.title, facts, panel.note) for panel in made]
    content = workbook(sheets, title=f"Figures of {figures.name}", organisation=figures.name, made_at=at)
    return MadeFile(f"{_stem(figures, 'figures')}.xlsx", MEDIA_TYPES["xlsx"], content)


def _stem(figures: Figures, what: str) -> str:
    return file_stem(figures.name, what, f"{figures.today}")


def _keys(made: Sequence[Panel]) -> str:
    return ", ".join(panel.key for panel in made) or "none yet"
