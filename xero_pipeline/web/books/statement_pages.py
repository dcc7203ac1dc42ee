"""The pages of statements, and their files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response

from xero_pipeline import clock
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.files.catalogue import read_statement
from xero_pipeline.files.drawn_statement import DrawnStatement
from xero_pipeline.files.statement_file import FORMS, FileForm, MadeFile, statement_file
from xero_pipeline.files.statement_layouts import sheet_of
from xero_pipeline.files.statement_set import NOT_IN_THE_SET, read_statement_set, statement_set_file
from xero_pipeline.ledger.posting.rules import UNEXPLAINED
from xero_pipeline.ledger.statements.budget import budgets_of
from xero_pipeline.ledger.statements.chart import Account, chart_of
from xero_pipeline.ledger.statements.columns import SideBySide
from xero_pipeline.ledger.statements.entity import Entity, entity_of
from xero_pipeline.ledger.statements.general_ledger import LedgerEntry
from xero_pipeline.ledger.statements.ledger_sums import ledger_sums
from xero_pipeline.ledger.statements.periods import Period
from xero_pipeline.ledger.statements.tracking_columns import tracking_categories
from xero_pipeline.warehouse.days import zones_of
from xero_pipeline.warehouse.time_zones import day_in
from xero_pipeline.web.actions import UnknownAction, organisation
from xero_pipeline.web.app_context import AppContext, context_of
from xero_pipeline.web.books.statement_view import StatementView
from xero_pipeline.web.cached_read import CachedRead
from xero_pipeline.web.responses import page, sent

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from xero_pipeline.files.reconciliation import Reconciliation
    from xero_pipeline.files.sheet import SheetBlock, SheetColumn, SheetRow
    from xero_pipeline.xero.auth.organisations import Organisation

ROWS_SHOWN = 1_000
"""Of a statement on a page; its files have all of them."""
STATEMENT_SET = "statements.xlsx"


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be chosen of an organisation.

    Args:
        accounts: Those of a general ledger, by code.
        categories: The tracking categories that the ledger has.
        budgets: Id and name of each, the overall one first.
    """

    entity: Entity
    accounts: Sequence[Account]
    categories: Sequence[str]
    budgets: Sequence[tuple[str, str]]

    @property
    def account_ids(self) -> frozenset[str]:
        """The accounts that have a ledger: a line such as Current Year Earnings is none."""
        return frozenset(one.account_id for one in self.accounts)


@dataclass(frozen=True, slots=True)
class ShownStatement:
    """A statement as its page shows it.

    Args:
        blocks: Its first rows, with their titles.
        left_out: How many rows are not among them.
        contact: Whose documents they are, if only one contact's.
        without_document: Whether it has lines of a general ledger that no document shows.
    """

    currency: str
    reconciliation: Reconciliation
    columns: Sequence[SheetColumn]
    blocks: Sequence[tuple[str, Sequence[SheetRow]]]
    notes: Sequence[str]
    left_out: int
    contact: str
    without_document: bool


def statement(request: Request) -> Response:
    """A statement as a page."""
    context, one, view, today = _asked(request)
    choices = context.books.look(("choices", one.tenant_id), lambda c: _choices(c, one.tenant_id)).value
    told: dict[str, Any] = {"one": one, "view": view, "choices": choices, "today": today}
    if view.request.name == "general-ledger" and not view.request.account:
        return page(request, "accounts.html", **told)
    if view.request.name == "budget" and choices.budgets:
        view = told["view"] = view.of_budget(choices.budgets)
    shown = replace(view, request=replace(view.request, most=ROWS_SHOWN))
    draw = _drawing(context, one, shown)
    seen = context.books.look(("statement", one.tenant_id, shown.request), lambda c: _shown(c, draw(c)))
    return page(
        request,
        "statement.html",
        **told,
        drawn=seen.value,
        at=seen.at,
        in_use=seen.in_use,
        forms=FORMS,
        whole=view.file(STATEMENT_SET),
        not_in_set=NOT_IN_THE_SET,
    )


def drawn(request: Request) -> CachedRead[DrawnStatement]:
    """The statement that an address asks for.

    Raises:
        UnknownAction: There is no such organisation or statement.
        ConfigurationError: A choice is wrong, or one of two that do not go together, or nothing is posted yet.
        WarehouseBusy: The warehouse is in use.
    """
    context, one, view, _ = _asked(request)
    if view.left_out:
        raise ConfigurationError("Choose either compare or by: columns by month leave no room for a comparison.")
    return context.books.read(_drawing(context, one, view))


def file(request: Request) -> Response:
    """A statement, or all of a period, as a file."""
    name = str(request.path_params["file"])
    if name == STATEMENT_SET:
        return sent(_statement_set(request))
    stem, _, ending = name.rpartition(".")
    form = form_of(ending)
    context, one, view, _ = _asked(request, stem)
    return sent(statement_file(context.books.read(_drawing(context, one, view)).value, form))


def today_of(context: AppContext, tenant_id: str) -> date:
    """The organisation's own day.

    Raises:
        WarehouseBusy: The warehouse is in use, and was not read before.
    """
    zone = context.books.see(("time zone", tenant_id), lambda warehouse: zones_of(warehouse).get(tenant_id))
    return day_in(zone.value, clock.now())


def _asked(request: Request, name: str | None = None) -> tuple[AppContext, Organisation, StatementView, date]:
    context = context_of(request)
    one = organisation(context, request.path_params["tenant_id"])
    today = today_of(context, one.tenant_id)
    wanted = name or str(request.path_params["statement"])
    return context, one, StatementView.of(one.tenant_id, wanted, request.query_params, today), today


def _drawing(context: AppContext, one: Organisation, view: StatementView) -> Callable[[Connection], DrawnStatement]:
    ageing = context.services.settings.ageing
    return lambda connection: read_statement(
        connection, one.tenant_id, view.request, organisation=one.name, as_of=clock.now(), ageing=ageing
    )


def _shown(connection: Connection, statement: DrawnStatement) -> ShownStatement:
    sheet = sheet_of(statement)
    blocks, left_out = _first(sheet.blocks, ROWS_SHOWN)
    if statement.request.name == "general-ledger":
        # Only the first lines were read; the sums below them are of all.
        blocks, left_out = [(one.title, one.rows) for one in sheet.blocks], _lines_left_out(connection, statement)
    return ShownStatement(
        statement.currency,
        statement.reconciliation,
        sheet.columns,
        blocks,
        sheet.notes,
        left_out,
        statement.contact_name,
        _has_lines_without_document(statement),
    )


def _has_lines_without_document(statement: DrawnStatement) -> bool:
    rows = () if isinstance(statement.rows, SideBySide) else statement.rows
    return any(isinstance(row, LedgerEntry) and row.source_type == UNEXPLAINED for row in rows)


def _lines_left_out(connection: Connection, statement: DrawnStatement) -> int:
    """How many journal lines of a general ledger were not read."""
    asked, entries = statement.request, statement.rows
    assert not isinstance(entries, SideBySide)
    read = sum(1 for one in entries if one.entry_type == "journal")
    if not entries or read < ROWS_SHOWN:
        return 0
    account_id, days = entries[0].account_id, Period(asked.first, asked.end)
    sums = ledger_sums(connection, statement.tenant_id, days, account_id, basis=asked.basis or "accrual")
    return sums[account_id].lines - read


def _statement_set(request: Request) -> MadeFile:
    context, one, view, _ = _asked(request, "profit-and-loss")
    days, basis, ageing = view.period, view.request.basis or "accrual", context.services.settings.ageing
    return context.books.read(
        lambda connection: statement_set_file(
            read_statement_set(
                connection,
                one.tenant_id,
                days.start,
                days.end,
                basis=basis,
                organisation=one.name,
                as_of=clock.now(),
                ageing=ageing,
            )
        ),
    ).value


def form_of(ending: str) -> FileForm:
    """The form of a statement's file by the ending of its name.

    Raises:
        UnknownAction: There is no such form.
    """
    for form in FORMS:
        if form == ending:
            return form
    raise UnknownAction(f"There is no such file: statements are {' or '.join(FORMS)} files.")


def _choices(connection: Connection, tenant_id: str) -> Choices:
    chart = chart_of(connection, tenant_id)
    accounts = sorted(chart.all, key=lambda account: (account.code or "~", account.name))
    budgets = [(one.budget_id, one.name or "Budget without a name") for one in budgets_of(connection, tenant_id)]
    return Choices(entity_of(connection, tenant_id), accounts, tracking_categories(connection, tenant_id), budgets)


def _first(blocks: Sequence[SheetBlock], most: int) -> tuple[list[tuple[str, Sequence[SheetRow]]], int]:
    """The first rows of some blocks, and how many are left out."""
    shown: list[tuple[str, Sequence[SheetRow]]] = []
    room = most
    for block in blocks:
        if room > 0:
            shown.append((block.title, block.rows[:room]))
        room -= len(block.rows)
    return shown, max(0, -room)
