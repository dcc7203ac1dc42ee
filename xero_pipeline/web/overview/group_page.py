"""The group beside the organisations: how it stands, and its consolidated statements."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from xero_pipeline import clock
from xero_pipeline.calendar import add_months, month_end, month_start
from xero_pipeline.errors import ConfigurationError, WarehouseBusy
from xero_pipeline.files.drawn_statement import DrawnStatement
from xero_pipeline.files.statement_file import statement_file
from xero_pipeline.files.statement_layouts import sheet_of
from xero_pipeline.files.statement_request import StatementRequest
from xero_pipeline.ledger.consolidation.group_state import GroupState, group_state
from xero_pipeline.ledger.consolidation.statements import (
    GroupBooks,
    consolidated_balance_sheet,
    consolidated_profit_and_loss,
    consolidated_trial_balance,
    group_books,
)
from xero_pipeline.ledger.statements.periods import Period, day_of_books
from xero_pipeline.web.app_context import AppContext, context_of
from xero_pipeline.web.books.statement_pages import form_of
from xero_pipeline.web.responses import page, sent

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from starlette.requests import Request
    from starlette.responses import Response

    from xero_pipeline.files.sheet import Sheet
    from xero_pipeline.ledger.statements.columns import SideBySide

STATEMENTS: dict[str, tuple[str, Callable[[GroupBooks], SideBySide]]] = {
    "profit-and-loss": ("Profit and loss", consolidated_profit_and_loss),
    "balance-sheet": ("Balance sheet", consolidated_balance_sheet),
    "trial-balance": ("Trial balance", consolidated_trial_balance),
}
"""By the word in the address what each is called, and what draws it."""


@dataclass(frozen=True, slots=True)
class GroupView:
    """What a person asked to see.

    Args:
        statement: One of `STATEMENTS`.
        start: First day of the first month.
        end: Last day of the last.
    """

    statement: str
    start: date
    end: date

    @classmethod
    def of(cls, request: Request) -> GroupView:
        """Read it from the address; this month where it names none."""
        asked, now = request.query_params, clock.today()
        statement = asked.get("statement", "profit-and-loss")
        if statement not in STATEMENTS:
            raise ConfigurationError(f"There is no statement “{statement}” of the group.")
        first, last = (_month(asked.get(name), now) for name in ("from", "to"))
        if first > last:
            raise ConfigurationError(f"{first:%Y-%m} is after {last:%Y-%m}: swap them.")
        return cls(statement, first, month_end(last))

    @property
    def label(self) -> str:
        """What the statement is called."""
        return STATEMENTS[self.statement][0]

    def file(self, form: str) -> str:
        """The address of it as a file.

        Args:
            form: `csv` or `xlsx`.
        """
        return _address(self.statement, self.start, self.end, f"/group/file.{form}")

    def tabs(self) -> Iterator[tuple[str, str, bool]]:
        """Label and address of each statement of these months, and whether it is this one."""
        for name, (label, _) in STATEMENTS.items():
            yield label, _address(name, self.start, self.end), name == self.statement

    def periods(self) -> Iterator[tuple[str, str, bool]]:
        """Label and address of usual periods, and whether it is this one."""
        this = month_start(clock.today())
        usual = {"This month": (this, this), "Last month": (add_months(this, -1),) * 2,
                 "Last 12 months": (add_months(this, -12), add_months(this, -1))}  # fmt: skip
        for label, (first, last) in usual.items():
            chosen = (self.start, self.end) == (first, month_end(last))
            yield label, _address(self.statement, first, last), chosen


def group_in(context: AppContext) -> GroupState | None:
    """How the group stands; None where there is none, or the warehouse is busy and was not read before.

    Organisations of one currency are a group without anybody saying so.
    """
    try:
        state = context.books.look("group", group_state).value
    except WarehouseBusy:
        return None
    is_group = state and (context.services.settings.group_currency or (state.begins and state.organisations > 1))
    return state if is_group else None


def group_page(request: Request) -> Response:
    """A consolidated statement."""
    context, view = context_of(request), GroupView.of(request)
    state = group_in(context)
    try:
        seen = context.books.look(("group", view), lambda connection: _drawn(connection, view))
    except ConfigurationError as missing:
        return page(request, "group.html", view=view, state=state, drawn=None, why=missing.message)
    return page(request, "group.html", view=view, state=state, drawn=seen.value, at=seen.at, in_use=seen.in_use)


def group_file(request: Request) -> Response:
    """A consolidated statement as a file.

    Raises:
        UnknownAction: There is no such file.
        ConfigurationError: Nothing is consolidated of these months.
        WarehouseBusy: The warehouse is in use.
    """
    form = form_of(request.path_params["form"])
    context, view = context_of(request), GroupView.of(request)
    return sent(statement_file(context.books.read(lambda connection: _statement(connection, view)).value, form))


def _drawn(connection: Connection, view: GroupView) -> Sheet:
    return sheet_of(_statement(connection, view))


def _statement(connection: Connection, view: GroupView) -> DrawnStatement:
    books = group_books(connection, Period(view.start, view.end))
    asked = StatementRequest(view.statement, view.start, view.end)
    return DrawnStatement(asked, "", "group", books.currency, STATEMENTS[view.statement][1](books), clock.now())


def _month(given: str | None, now: date) -> date:
    try:
        return day_of_books(date.fromisoformat(f"{given}-01")) if given else month_start(now)
    except ValueError:
        raise ConfigurationError(f"“{given}” is not a month. Write it as 2026-10.") from None


def _address(statement: str, first: date, last: date, path: str = "/group") -> str:
    return f"{path}?" + urlencode({"statement": statement, "from": f"{first:%Y-%m}", "to": f"{last:%Y-%m}"})
