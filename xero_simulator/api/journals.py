"""`/Journals`: behind a number, a hundred at most, and single ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from xero_simulator.api.selection import modified_since
from xero_simulator.messages import Request, Response
from xero_simulator.wire import envelope, not_found, validation_refused

JOURNALS = "Journals"
_MOST = 100


class Journals(Protocol):
    """The journals of all organisations, as far as the API needs them."""

    def behind(self, company: Any, number: int, since: int, most: int) -> Sequence[bytes]:
        """Those behind a number, posted at or after an instant, in the order of their numbers."""
        ...

    def one(self, company: Any, name: str) -> bytes | None:
        """The one with this id or number."""
        ...


def answer_journals(journals: Journals, company: Any, request: Request, identity: str, now: float) -> Response:
    """A page of journals, or a single one.

    Args:
        identity: An id or a number; empty for the list.
        now: Seconds since 1970.

    Raises:
        Refused: 404 for an unknown journal, 400 for an offset that is no number, or for cash basis.
    """
    if identity:
        found = journals.one(company, identity)
        if found is None:
            raise not_found()
        return envelope(JOURNALS, [found], now)
    if request.query.get("paymentsonly", "").lower() == "true":
        raise validation_refused("The simulated Xero posts journals on accrual basis only")
    offset = _offset(request)
    return envelope(JOURNALS, journals.behind(company, offset, modified_since(request), _size(offset)), now)


def _offset(request: Request) -> int:
    text = request.query.get("offset") or "0"
    try:
        return int(text)
    except ValueError as error:
        raise validation_refused(f"'{text}' is not a valid value for offset") from error


def _size(offset: int) -> int:
    """Xero warns that a page that is not full need not be the last; so it is here, for every third."""
    return _MOST - 1 if offset // _MOST % 3 == 1 else _MOST
