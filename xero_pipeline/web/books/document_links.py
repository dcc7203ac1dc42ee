"""Where the page of a document leads: to accounts, to other documents, and back to where one came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from xero_pipeline.calendar import month_end, month_start
from xero_pipeline.errors import XeroPipelineError
from xero_pipeline.web.books.addresses import BACK, books_address, document_address
from xero_pipeline.web.books.statement_view import StatementView, plain_tabs

if TYPE_CHECKING:
    from datetime import date

_OTHER_PAGES: Mapping[str, str] = {"closed-periods": "Closed periods", "checks": "Checks"}
"""Pages that lead to documents and are no statements, by their address."""


@dataclass(frozen=True, slots=True)
class WayBack:
    """The page that one came from.

    Args:
        view: What it shows, if it is a statement.
    """

    label: str
    address: str
    view: StatementView | None = None


@dataclass(frozen=True, slots=True)
class DocumentLinks:
    """The addresses on the page of a document.

    Args:
        back: The page that led here, if one did: made anew of what its address says, so that it is one of ours.
        asked: The same as the address of this page has it.
    """

    tenant_id: str
    back: WayBack | None
    asked: str

    @classmethod
    def of(cls, tenant_id: str, params: QueryParams, today: date) -> DocumentLinks:
        """Read the address of a document's page."""
        asked = params.get(BACK) or ""
        back = _way_back(tenant_id, asked, today)
        return cls(tenant_id, back, asked if back else "")

    def document(self, document_id: str) -> str:
        """The address of another document."""
        return document_address(self.tenant_id, document_id, self.asked)

    def tabs(self) -> Iterator[tuple[str, str, bool]]:
        """Label and address of every statement, of the period of the one that led here; none is this page."""
        if self.back is None or self.back.view is None:
            return plain_tabs(self.tenant_id)
        return ((label, address, False) for label, address, _ in self.back.view.tabs())

    def ledger_of(self, account_id: str, day: date) -> str:
        """The address of the journal lines of an account in a day's month."""
        days = {"from": month_start(day), "to": month_end(day), "account": account_id}
        return f"{books_address(self.tenant_id)}/statements/general-ledger?{urlencode(days)}"


def _way_back(tenant_id: str, asked: str, today: date) -> WayBack | None:
    name, _, query = asked.partition("?")
    if name in _OTHER_PAGES:
        return WayBack(_OTHER_PAGES[name], f"{books_address(tenant_id)}/{name}")
    try:
        view = StatementView.of(tenant_id, name, QueryParams(query), today)
    except XeroPipelineError:
        return None
    return WayBack(f"{view.options.label}, {view.days_in_words}", view.page(), view)
