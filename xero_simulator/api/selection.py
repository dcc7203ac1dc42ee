"""Which records of a collection a request means, and on which page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from xero_simulator.api.catalogue import Collection, Filter
from xero_simulator.api.query import parse_order, parse_where
from xero_simulator.api.query_values import BadQuery, milliseconds, pick
from xero_simulator.api.shelf import Asked, Shelf
from xero_simulator.messages import Request
from xero_simulator.wire import query_refused, validation_refused

Condition = Callable[[Mapping[str, Any]], bool]
_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class SelectedPage:
    """One page of a selection.

    Attributes:
        number: From 1.
        size: Records on a full page.
        places: The places of its records on the shelf.
        total: Records over all pages.
    """

    number: int
    size: int
    places: Sequence[int]
    total: int

    def pagination(self) -> dict[str, int]:
        """The envelope's `pagination` object."""
        count = -(-self.total // self.size)
        return {"page": self.number, "pageSize": self.size, "pageCount": count, "itemCount": self.total}


def select(shelf: Shelf, request: Request) -> Sequence[int]:
    """The places of all records that the request's filters leave, in the order it asks for.

    Raises:
        Refused: 400 for an unreadable filter, order, date or header.
    """
    return shelf.selected(_asked(request), lambda: _found(shelf, request))


def _asked(request: Request) -> Asked:
    header = "if-modified-since"
    named = {name: value for name, value in request.query.items() if name not in ("page", "pagesize")}
    return tuple(sorted({**named, header: request.headers.get(header, "")}.items()))


def _found(shelf: Shelf, request: Request) -> Sequence[int]:
    first = _first_place(shelf, request)
    try:
        conditions = _conditions(shelf, request)
        places: Sequence[int] = range(first, len(shelf.records))
        if conditions:
            records = shelf.records
            places = [at for at in places if all(condition(records[at]) for condition in conditions)]
        return _ordered(shelf, places, request)
    except BadQuery as error:
        raise query_refused(str(error)) from error


def cut(places: Sequence[int], collection: Collection, request: Request) -> SelectedPage | None:
    """The page the request asks for, or None when the collection comes whole.

    Raises:
        Refused: 400 when `page` or `pageSize` is no whole number.
    """
    asked = "page" in request.query
    if collection.paging == "never" or (collection.paging == "asked" and not asked):
        return None
    number = max(1, _whole(request, "page", 1))
    size = min(1000, max(1, _whole(request, "pagesize", 100))) if asked else 100
    size = collection.fixed_page_size or size
    start = (number - 1) * size
    return SelectedPage(number, size, places[start : start + size], len(places))


def is_true(request: Request, name: str) -> bool:
    """Whether a switch parameter is on.

    Args:
        name: The parameter in lower case.
    """
    return request.query.get(name, "").lower() == "true"


def modified_since(request: Request) -> int:
    """The instant of If-Modified-Since in milliseconds since 1970; 0 without one.

    Raises:
        Refused: 400 when it is no date.
    """
    header = request.headers.get("if-modified-since", "")
    if not header:
        return 0
    try:
        moment = datetime.fromisoformat(header) if header[:4].isdigit() else parsedate_to_datetime(header)
    except ValueError as error:
        raise validation_refused("The If-Modified-Since header is not a date") from error
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    # Xero compares whole seconds only.
    return int(moment.timestamp()) * 1000


def _first_place(shelf: Shelf, request: Request) -> int:
    return shelf.since(modified_since(request)) if shelf.collection.modified_since else 0


def _conditions(shelf: Shelf, request: Request) -> list[Condition]:
    collection, query = shelf.collection, request.query
    found = [_condition(row, query[row.param]) for row in collection.filters if query.get(row.param)]
    if is_true(request, "createdbymyapp") and collection.wrapper == "Invoices":
        found.append(lambda _: False)  # nothing here was written through an app
    hidden = collection.hidden
    if hidden is not None and not is_true(request, hidden.param):
        found.append(lambda record: record.get(hidden.field) != hidden.value)
    if collection.where and query.get("where"):
        found.append(parse_where(query["where"], shelf.fields()))
    return found


def _condition(row: Filter, given: str) -> Condition:
    steps = row.field.split(".")
    if row.kind == "search":
        paths, needle = [field.split(".") for field in row.field.split(",")], given.lower()
        return lambda record: any(needle in str(pick(record, path) or "").lower() for path in paths)
    if row.kind in ("from", "to"):
        bound = _day(given)
        if row.kind == "from":
            return lambda record: (stamp := pick(record, steps)) is not None and milliseconds(stamp) >= bound
        return lambda record: (stamp := pick(record, steps)) is not None and milliseconds(stamp) < bound + _DAY_MS
    wanted = given.lower()
    if row.kind == "contains":
        return lambda record: wanted in str(pick(record, steps) or "").lower()
    choices = {part.strip().strip('"') for part in wanted.split(",")} if row.kind == "in" else {wanted}
    return lambda record: str(pick(record, steps) or "").lower() in choices


def _day(given: str) -> int:
    try:
        moment = datetime.fromisoformat(given)
    except ValueError as error:
        raise validation_refused(f"'{given}' is not a date") from error
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


def _ordered(shelf: Shelf, places: Sequence[int], request: Request) -> Sequence[int]:
    text = request.query.get("order", "").strip()
    if not text or not shelf.collection.order:
        return places
    return parse_order(text, shelf.fields())(places, shelf.records)


def _whole(request: Request, name: str, default: int) -> int:
    text = request.query.get(name)
    if not text:
        return default
    try:
        return int(text)
    except ValueError as error:
        raise validation_refused(f"'{text}' is not a valid value for {name}") from error
