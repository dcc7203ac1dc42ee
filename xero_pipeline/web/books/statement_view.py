"""What an address asks of a statement, and the addresses that ask for something else of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, get_args
from urllib.parse import urlencode

from xero_pipeline.calendar import add_months, month_end, month_start
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.files.statement_kinds import STATEMENT_KINDS, StatementKind
from xero_pipeline.files.statement_request import StatementRequest
from xero_pipeline.ledger.cash_basis.lines import Basis
from xero_pipeline.ledger.statements.periods import ONE_DAY, Period, day_of_books
from xero_pipeline.web.actions import UnknownAction
from xero_pipeline.web.books.addresses import books_address, document_address
from xero_pipeline.web.books.options import STATEMENT_PAGES, StatementOptions

if TYPE_CHECKING:
    from starlette.datastructures import QueryParams

    from xero_pipeline.ledger.statements.periods import YearEnd

_LEDGER, _BUDGET = "general-ledger", "budget"


@dataclass(frozen=True, slots=True)
class StatementView:
    """A statement of an organisation as its address says it: everything that is chosen is in the address.

    Args:
        request: Which it is.
        start: The first day that was chosen, which a statement of a day only hands on to the next.
        left_out: What was chosen to compare with and has no room beside columns by month: the page says so.
    """

    tenant_id: str
    request: StatementRequest
    start: date
    left_out: Sequence[str] = field(default=(), compare=False)

    @classmethod
    def of(cls, tenant_id: str, name: str, params: QueryParams, today: date) -> StatementView:
        """Read an address.

        Args:
            name: Of the statement.
            today: The organisation's day; without a period the statement is of its month, or of that day.

        Raises:
            UnknownAction: There is no such statement.
            ConfigurationError: A choice is wrong.
        """
        options = STATEMENT_PAGES.get(name)
        if options is None:
            raise UnknownAction(f"There is no statement “{name}”.")
        kind = STATEMENT_KINDS[name]
        end = _day(params, "to") or (today if kind.of_a_day else month_end(today))
        start = _day(params, "from") or month_start(end)
        if start > end and not kind.of_a_day:
            raise ConfigurationError(f"The period starts on {start} and ends before that, on {end}.")
        basis = params.get("basis") or "accrual"
        if basis not in get_args(Basis):
            raise ConfigurationError(f"The basis is accrual or cash, not “{basis}”.")
        by = params.get("by") or None if options.parts else None
        compare = tuple(word for word in params.getlist("compare") if word in options.compare)
        return cls(
            tenant_id,
            StatementRequest(
                name,
                None if kind.of_a_day else start,
                end,
                basis if kind.with_basis else None,  # pyright: ignore[reportArgumentType] - one of them
                () if by else compare,
                by,
                params.get("account") or None if name == _LEDGER else None,
                params.get("contact") or None if name.startswith("aged") else None,
                params.get("budget") or None if name == _BUDGET else None,
            ),
            min(start, end),
            compare if by else (),
        )

    @property
    def options(self) -> StatementOptions:
        """What can be chosen on it."""
        return STATEMENT_PAGES[self.request.name]

    @property
    def kind(self) -> StatementKind:
        """What it is of."""
        return STATEMENT_KINDS[self.request.name]

    @property
    def period(self) -> Period:
        """Its days; of a statement of a day those of the month until then."""
        return Period(self.request.start or month_start(self.request.end), self.request.end)

    @property
    def days_in_words(self) -> str:
        """Its days as people write them."""
        days = self.period
        if self.kind.of_a_day:
            return f"at the close of {days.end:%-d %B %Y}"
        if days.is_months and days.end == month_end(days.start):
            return f"{days.start:%B %Y}"
        if days.is_months:
            return f"{days.start:%B %Y} to {days.end:%B %Y}"
        return f"{days.start:%-d %B %Y} to {days.end:%-d %B %Y}"

    def page(self, name: str | None = None, /, **changes: object) -> str:
        """The address of it, or of another statement of the same period.

        Args:
            name: Of the other statement.
            **changes: What else is chosen; None for no longer.
        """
        return self._address("statements", name or self.request.name, changes)

    def file(self, name: str) -> str:
        """The address of a file of it.

        Args:
            name: With its ending.
        """
        return self._address("files", name, {})

    def ledger_of(self, account_id: str, period: Period | None = None) -> str:
        """The address of the journal lines of an account.

        Args:
            period: Of other days than those of the statement.
        """
        days = period or self.period
        start = days.start if days.start < days.end else month_start(days.end)
        return self.page(
            _LEDGER, **{"from": start, "to": days.end, "account": account_id, "compare": (), "by": None, "budget": None}
        )

    def documents_of(self, contact_id: str) -> str:
        """The address of the open documents of a contact."""
        return self.page(f"{self.options.of or self.request.name}-documents", contact=contact_id)

    def of_budget(self, budgets: Sequence[tuple[str, str]]) -> StatementView:
        """The same of one budget: of the chosen one, else of the first.

        Args:
            budgets: Id and name of each.
        """
        chosen = self.request.budget or budgets[0][0]
        return replace(self, request=replace(self.request, budget=chosen))

    def document(self, document_id: str) -> str:
        """The address of a document, whose page leads back here."""
        return document_address(self.tenant_id, document_id, self.page().rpartition("/")[2])

    def tabs(self) -> Iterator[tuple[str, str, bool]]:
        """Label and address of every statement, and whether it is this one."""
        here = self.options.of or self.request.name
        for name, options in STATEMENT_PAGES.items():
            if not options.of:
                yield options.label, self.page(name, account=None, contact=None, budget=None), name == here

    def periods(self, today: date, year_end: YearEnd) -> Iterator[tuple[str, str, bool]]:
        """Label and address of usual periods, and whether it is this one."""
        usual = usual_periods(today, year_end)
        if self.kind.of_a_day:
            usual = {"Today": Period(month_start(today), today), **usual}
        mine = [label for label, one in usual.items() if (one.start, one.end) == (self.start, self.request.end)]
        for label, period in usual.items():
            yield label, self.page(**{"from": period.start, "to": period.end}), label in mine[:1]

    def _address(self, kind: str, name: str, changes: Mapping[str, object]) -> str:
        asked = self.request
        told: dict[str, object] = {
            "from": self.start,
            "to": asked.end,
            "basis": asked.basis if asked.basis != "accrual" else None,
            "compare": asked.compare,
            "by": asked.by,
            "account": asked.account,
            "contact": asked.contact,
            "budget": asked.budget,
            **changes,
        }
        query = urlencode({key: value for key, value in told.items() if value}, doseq=True)
        return f"{books_address(self.tenant_id)}/{kind}/{name}?{query}"


def plain_tabs(tenant_id: str) -> Iterator[tuple[str, str, bool]]:
    """Label and address of every statement as it is without any choice; none of them is this page."""
    for name, options in STATEMENT_PAGES.items():
        if not options.of:
            yield options.label, f"{books_address(tenant_id)}/statements/{name}", False


def usual_periods(today: date, year_end: YearEnd) -> dict[str, Period]:
    """The periods that people ask for most, by what they are called."""
    month, year = month_start(today), year_end.start_of(today)
    first = month_start(year)
    quarter = add_months(first, ((month.year - first.year) * 12 + month.month - first.month) // 3 * 3)
    last_year = year_end.start_of(year - ONE_DAY)
    return {
        "This month": _months(month, 1),
        "Last month": _months(add_months(month, -1), 1),
        "This quarter": _months(quarter, 3),
        "Last quarter": _months(add_months(quarter, -3), 3),
        "This financial year": Period(year, year_end.end_of(today)),
        "Last financial year": Period(last_year, year - ONE_DAY),
    }


def _months(first: date, count: int) -> Period:
    return Period(first, month_end(add_months(first, count - 1)))


def _day(params: QueryParams, name: str) -> date | None:
    given = params.get(name)
    try:
        return day_of_books(date.fromisoformat(given)) if given else None
    except ValueError:
        raise ConfigurationError(f"“{given}” is not a day. Write it as 2026-10-31.") from None
