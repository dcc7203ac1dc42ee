"""Answers of Xero's other APIs, of which one list of records is composed.

Their answers are not kept as they came: those of payroll name people. What is composed of them goes on as if it were
an answer, and only that is kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import msgspec

from xero_pipeline.errors import UnreadableAnswer
from xero_pipeline.xero.http.response import ApiResponse, Envelope
from xero_pipeline.xero.pagination.list_request import ListRequest
from xero_pipeline.xero.pagination.page import Page
from xero_pipeline.xero.values import is_list, is_object, loads, to_xero_date

ZERO = Decimal(0)
_AGAIN = 3
"""How often a list of several pages is read, until it is the same twice: a record may move while others are read."""


@dataclass(slots=True)
class ComposedList:
    """Asks for what one list is composed of, and remembers what that cost.

    Args:
        request: Whose list it is.
    """

    request: ListRequest
    _heard: list[ApiResponse] = field(default_factory=list[ApiResponse])

    @property
    def calls(self) -> int:
        """How many answers came."""
        return len(self._heard)

    def get(self, path: str, scope: str, params: Mapping[str, str | Sequence[str]] | None = None) -> dict[str, Any]:
        """One answer, with its numbers exact; a bare list is under `items`.

        Raises:
            XeroPipelineError: As `XeroClient.get`.
        """
        asked = self.request
        answer = asked.client.get(asked.tenant_id, path, params=params, scope=scope, cancelled=asked.cancelled)
        self._heard.append(answer)
        found = loads(answer.body)
        return {"items": found} if is_list(found) else found

    def organisation(self) -> dict[str, Any]:
        """The organisation's own record; empty if Xero sends none."""
        found = objects(self.get("Organisation", "accounting.settings.read").get("Organisations"))
        return found[0] if found else {}

    def listed(
        self, path: str, wrapper: str, scope: str, key: str, params: Mapping[str, str] | None = None, full: int = 100
    ) -> list[dict[str, Any]]:
        """The records of all pages of a list, each once; read again where it changed meanwhile.

        Args:
            key: The field that has a record's id.
            full: How many records a full page has, of a list that does not tell how many pages there are.
        """
        found, pages = self._all_pages(path, wrapper, scope, params or {}, full)
        for _ in range(_AGAIN - 1):
            if pages == 1:
                break
            before, (found, pages) = found, self._all_pages(path, wrapper, scope, params or {}, full)
            if [one.get(key) for one in before] == [one.get(key) for one in found]:
                break
        return list({str(one.get(key)): one for one in found}.values())

    def _all_pages(
        self, path: str, wrapper: str, scope: str, params: Mapping[str, str], full: int
    ) -> tuple[list[dict[str, Any]], int]:
        found: list[dict[str, Any]] = []
        number = 0
        while True:
            number += 1
            answer = self.get(path, scope, {**params, "page": str(number)})
            page = objects(answer.get(wrapper))
            found += page
            told = answer.get("pagination")
            count = told.get("pageCount") if is_object(told) else None
            if not page or (number >= count if isinstance(count, int) else len(page) < full):
                return found, number

    def unreadable(self, flaw: str) -> UnreadableAnswer:
        """The error that says what is wrong with the newest answer."""
        return self.request.unreadable(flaw, self._heard[-1])

    def page(self, records: Sequence[Mapping[str, Any]]) -> Page:
        """The records as one page, as if Xero had answered with them."""
        asked, last = self.request.endpoint, self._heard[-1]
        moments = [one.server_time for one in self._heard if one.server_time is not None]
        head = {"Status": "OK", "DateTimeUTC": to_xero_date(min(moments))} if moments else {"Status": "OK"}
        body = msgspec.json.Encoder(decimal_format="number").encode({**head, asked.wrapper: records})
        envelope = Envelope.read(body)
        composed = replace(
            last,
            envelope=envelope,
            server_time=envelope.server_time,
            wire_bytes=sum(one.wire_bytes for one in self._heard),
            seconds=sum(one.seconds for one in self._heard),
            path=asked.path,
            pagination=None,
            params={},
        )
        return Page.of(composed, asked)


def amount_of(value: object) -> Decimal:
    """An amount as the APIs send it; null is nothing."""
    return Decimal(str(value)) if isinstance(value, int | Decimal) else ZERO


def objects(value: object) -> list[dict[str, Any]]:
    """The objects of what should be a list; none where Xero sends null or leaves it out."""
    return [one for one in value if is_object(one)] if is_list(value) else []
