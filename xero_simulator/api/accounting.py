"""The Accounting API: collections, single records and reports of one organisation."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Protocol

from xero_simulator.api.attachments import SCOPES as ATTACHMENTS_SCOPES
from xero_simulator.api.attachments import answer_attachments, answer_online_invoice
from xero_simulator.api.catalogue import CLOSED, JOURNALS_SCOPES, REPORT_PARAMS, REPORTS, Collection
from xero_simulator.api.forms import Form
from xero_simulator.api.history import history_of
from xero_simulator.api.journals import JOURNALS, Journals, answer_journals
from xero_simulator.api.routes import ATTACHMENTS, HISTORY, Place, route
from xero_simulator.api.selection import cut, is_true, select
from xero_simulator.api.shelf import CompanyBooks, Shelf, Shelves
from xero_simulator.attachments.cabinet import Cabinet
from xero_simulator.messages import Request, Response
from xero_simulator.wire import (
    encode,
    envelope,
    high_volume,
    insufficient_scope,
    not_allowed,
    not_found,
    role_missing,
    validation_refused,
    xml_envelope,
)

API_ROOT = "/api.xro/2.0"
_MONTH = re.compile(r"\d{4}-\d{2}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_HOUR = 3600
# Of a tax return: the list of all of them shows neither.
_BARE = {"BatchPayments": True, "LinkedTransactions": False}
"""Lists that come as null (true) or not at all when they are empty."""
_FIGURES = frozenset({"Fields", "Attributes"})


class BooksWithReports(CompanyBooks, Protocol):
    """A simulated company with its reports."""

    def report(self, name: str, params: dict[str, str], today: date) -> dict[str, Any]:
        """One report, as an element of `Reports`."""
        ...

    @property
    def cabinet(self) -> Cabinet:
        """What hangs on its records."""
        ...

    @property
    def refused(self) -> frozenset[str]:
        """What who connected may not read: wrappers, and `Reports`."""
        ...

    @property
    def bare_lists(self) -> bool:
        """Whether some empty lists come as null."""
        ...

    def tax_returns(self, today: date) -> Sequence[dict[str, Any]]:
        """The tax returns that were published, with their figures."""
        ...


@dataclass(slots=True)
class AccountingApi:
    """Answers what stands below `/api.xro/2.0`.

    Attributes:
        refusals: Exceptions of the books that mean a report's parameters were wrong.
        max_matching: A request that matches more records is refused, as Xero refuses 100,000.
        clock: Seconds since 1970.
        journals: What has been posted.
    """

    refusals: tuple[type[Exception], ...]
    max_matching: int
    clock: Callable[[], float]
    journals: Journals
    shelves: Shelves = field(default_factory=Shelves)

    def answer(self, request: Request, scopes: frozenset[str], company: Callable[[], BooksWithReports]) -> Response:
        """Answers one request of a caller who is let in already.

        Args:
            scopes: What the caller's token allows.
            company: Builds or finds the organisation's books.

        Raises:
            Refused: Any 4xx.
        """
        path = request.path.removeprefix(API_ROOT).strip("/")
        place = route(path)
        report = path.partition("/")[2] if path.lower().startswith("reports/") else None
        posted = path.partition("/") if path.partition("/")[0] == JOURNALS else None
        if place is None and report is None and posted is None and path not in (*CLOSED, "Reports"):
            raise not_found()
        if request.method != "GET":
            raise not_allowed()
        if posted is not None:
            require_scope(scopes, JOURNALS_SCOPES)
            _require_role(company(), JOURNALS)
            found = answer_journals(self.journals, company(), request, posted[2], self.clock())
            return found if wants_json(request) else xml_envelope()
        if path == "Reports" or (report and _UUID.fullmatch(report)):
            require_scope(scopes, ("accounting.reports.taxreports",))
            _require_role(company(), "Reports")
            return self._tax_returns(report, company())
        if report is not None:
            return self._report(report, request, scopes, company)
        if place is None:
            raise insufficient_scope()
        collection = place.collection
        require_scope(scopes, ATTACHMENTS_SCOPES if place.part == ATTACHMENTS else collection.scopes)
        books = company()
        _require_role(books, collection.wrapper)
        shelf = self.shelves.shelf(books, collection)
        if place.part:
            return self._hanging(shelf, place, books)
        if books.bare_lists and collection.wrapper in _BARE and not shelf.records:
            return envelope(collection.wrapper if _BARE[collection.wrapper] else None, None, self.clock())
        found = self._single(shelf, place.identity, request) if place.identity else self._list(shelf, request)
        return found if wants_json(request) else xml_envelope()

    def _list(self, shelf: Shelf, request: Request) -> Response:
        collection = shelf.collection
        places = select(shelf, request)
        if len(places) > self.max_matching:
            raise high_volume(collection.wrapper)
        page = cut(places, collection, request)
        form = Form(
            whole=page is not None or not (collection.lines or collection.left_out),
            summary=collection.summary and is_true(request, "summaryonly"),
            rounded=_rounded(collection, request),
            open_only=collection.wrapper == "TrackingCategories" and not is_true(request, "includearchived"),
        )
        records = _encode(shelf, places if page is None else page.places, form)
        shown = page.pagination() if page is not None and collection.pagination else None
        return envelope(collection.wrapper, records, self.clock(), shown)

    def _single(self, shelf: Shelf, identity: str, request: Request) -> Response:
        place = shelf.place(identity)
        if place is None:
            raise not_found()
        form = Form(rounded=_rounded(shelf.collection, request), months=_months(shelf.collection, request))
        return envelope(shelf.collection.wrapper, [shelf.encoded(place, form)], self.clock())

    def _hanging(self, shelf: Shelf, asked: Place, books: BooksWithReports) -> Response:
        """What hangs on a record: its files, its history, its address for customers."""
        place = shelf.place(asked.identity)
        if place is None:
            raise not_found()
        record, wrapper = shelf.records[place], shelf.collection.wrapper
        key = str(record[shelf.collection.key or ""])
        if asked.part == ATTACHMENTS:
            return answer_attachments(books.cabinet.files(wrapper, record), wrapper, key, asked.file, self.clock())
        if asked.part == HISTORY:
            entries = history_of(record, books.records("Users"), books.cabinet.entries(wrapper, key, record))
            return envelope("HistoryRecords", [encode(one) for one in entries], self.clock())
        return answer_online_invoice(record, self.clock())

    def _tax_returns(self, identity: str | None, company: BooksWithReports) -> Response:
        """Headers without figures, or one return with them."""
        published = company.tax_returns(self._today())
        if identity is None:
            headers = ({key: value for key, value in one.items() if key not in _FIGURES} for one in published)
            return envelope("Reports", [encode(one) for one in headers], self.clock())
        found = [one for one in published if one["ReportID"] == identity.lower()]
        if not found:
            raise not_found()
        return envelope("Reports", [encode(found[0])], self.clock())

    def _today(self) -> date:
        """The books count a day as begun at one o'clock, so that nothing in them lies in the future."""
        return datetime.fromtimestamp(self.clock() - _HOUR, UTC).date()

    def _report(
        self, name: str, request: Request, scopes: frozenset[str], company: Callable[[], BooksWithReports]
    ) -> Response:
        known = {path.lower(): (path, scope) for path, scope in REPORTS}.get(name.lower())
        if known is None:
            raise not_found()
        require_scope(scopes, (known[1],))
        _require_role(company(), "Reports")
        spelled = {param.lower(): param for param in REPORT_PARAMS}
        params = {spelled.get(param, param): value for param, value in request.query.items()}
        try:
            report = company().report(known[0], params, self._today())
        except self.refusals as error:
            raise validation_refused(str(error)) from error
        return envelope("Reports", [encode(report)], self.clock()) if wants_json(request) else xml_envelope()


def wants_json(request: Request) -> bool:
    """Whether the client asked for JSON; Xero answers XML otherwise."""
    return "json" in request.headers.get("accept", "").lower()


def require_scope(scopes: frozenset[str], wanted: Sequence[str]) -> None:
    """Refuse a token that has none of some scopes.

    Raises:
        Refused: It has none.
    """
    if not any(name in scopes or f"{name}.read" in scopes for name in wanted):
        raise insufficient_scope()


def _require_role(books: BooksWithReports, name: str) -> None:
    if name in books.refused:
        raise role_missing()


def _rounded(collection: Collection, request: Request) -> bool:
    return collection.unit_decimals and request.query.get("unitdp") != "4"


def _months(collection: Collection, request: Request) -> tuple[str, str]:
    if collection.wrapper != "Budgets":
        return "", ""
    bounds = [request.query.get(name, "")[:7] for name in ("datefrom", "dateto")]
    if any(bound and not _MONTH.fullmatch(bound) for bound in bounds):
        raise validation_refused("DateFrom and DateTo must be dates")
    return bounds[0], bounds[1]


def _encode(shelf: Shelf, places: Sequence[int], form: Form) -> list[bytes]:
    return [shelf.encoded(place, form) for place in places]
