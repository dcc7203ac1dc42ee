"""The tables of the pages of checks and closed periods as CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xero_pipeline import clock
from xero_pipeline.checks.findings import findings
from xero_pipeline.files.csv_text import csv_text
from xero_pipeline.files.drawn_statement import file_stem
from xero_pipeline.files.statement_file import MEDIA_TYPES, MadeFile
from xero_pipeline.web.actions import UnknownAction, organisation
from xero_pipeline.web.app_context import context_of
from xero_pipeline.web.books.closed_periods import read_closed_periods
from xero_pipeline.web.responses import sent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Connection
    from starlette.requests import Request
    from starlette.responses import Response

    Records = Sequence[Mapping[str, Any]]

_CHECK = "check-"


def file(request: Request) -> Response:
    """A table by its name.

    Raises:
        UnknownAction: There is no such organisation or table.
        WarehouseBusy: The warehouse is in use.
    """
    context = context_of(request)
    one = organisation(context, request.path_params["tenant_id"])
    name, _, ending = str(request.path_params["file"]).rpartition(".")
    read = _reading(name)
    if ending != "csv" or read is None:
        raise UnknownAction(f"There is no table {name}.{ending}: there are {', '.join(f'{t}.csv' for t in _TABLES)}.")
    records = context.books.read(lambda connection: read(connection, one.tenant_id)).value
    made = MadeFile(
        f"{file_stem(one.name, name, f'{clock.now():%Y-%m-%d}')}.csv",
        MEDIA_TYPES["csv"],
        csv_text(records).encode("utf-8-sig"),
    )
    return sent(made)


def _reading(name: str) -> Callable[[Connection, str], Records] | None:
    if name.startswith(_CHECK):
        return lambda connection, tenant_id: _findings(connection, tenant_id, name.removeprefix(_CHECK))
    return _TABLES.get(name)


def _findings(connection: Connection, tenant_id: str, check: str) -> Records:
    found = findings(connection, check, tenant_id=tenant_id)
    columns = dict.fromkeys(column for one in found for column in one.evidence)
    return [
        {
            "id": one.id,
            **{column: one.evidence.get(column) for column in columns},
            "found_at": one.found_at,
            "dismissed_by": one.dismissed_by,
            "reason": one.reason,
        }
        for one in found
    ]


def _changed_documents(connection: Connection, tenant_id: str) -> Records:
    return [
        {
            "month": one.period_start,
            "document": one.words,
            "document_id": one.document_id,
            "contact": one.contact,
            "change": one.change,
            "account": line.account,
            "before": line.before,
            "after": line.after,
            "difference": line.difference,
            "changed_in_xero_at": one.updated_at,
            "seen_at": one.seen_at,
        }
        for one in read_closed_periods(connection, tenant_id).documents
        for line in one.accounts
    ]


def _changed_figures(connection: Connection, tenant_id: str) -> Records:
    return [
        {
            "month": one.period_start,
            "report": one.report,
            "basis": one.basis,
            "line": one.words,
            "before": one.before,
            "after": one.after,
            "difference": one.difference,
            "seen_at": one.seen_at,
        }
        for one in read_closed_periods(connection, tenant_id).figures
    ]


_TABLES: Mapping[str, Callable[[Connection, str], Records]] = {
    "changed-documents": _changed_documents,
    "changed-figures": _changed_figures,
}
"""By name; besides, `check-` with the name of a check."""
