"""The calls of one list, and what their answers hold."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from xero_pipeline.errors import UnreadableAnswer
from xero_pipeline.xero.endpoints import Endpoint
from xero_pipeline.xero.http.client import XeroClient
from xero_pipeline.xero.http.response import ApiResponse, Envelope
from xero_pipeline.xero.pagination.record_ids import Rows, rows_of


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """A page as it was answered.

    Args:
        rows: Its records' ids and stamps.
    """

    answer: ApiResponse
    rows: Rows


@dataclass(frozen=True, slots=True)
class ListRequest:
    """What all calls of one list have in common.

    Args:
        modified_since: Only what changed since; None for everything.
        narrowed: Query parameters that cut a slice out of the list.
        over: Set when nobody waits for its answers any more.
    """

    client: XeroClient
    tenant_id: str
    endpoint: Endpoint
    modified_since: datetime | None
    narrowed: Mapping[str, str] = field(default_factory=dict[str, str])
    cancelled: threading.Event | None = None

    def get(self, path: str, params: Mapping[str, str]) -> ApiResponse:
        """One call, as `XeroClient.get`."""
        return self.client.get(
            self.tenant_id,
            path,
            params=params,
            modified_since=self.modified_since,
            scope=self.endpoint.scope,
            cancelled=self.cancelled,
        )

    def whole(self) -> ApiResponse:
        """The list in one answer, checked to be one."""
        return self.checked(self.get(self.endpoint.path, {**self.endpoint.params, **self.narrowed}))

    def fetch_page(self, number: int) -> FetchedPage:
        """One page of the list.

        Args:
            number: Xero's number of the page, from 1.

        Raises:
            UnreadableAnswer: The answer holds no list of records.
            RequestRefused: Among other reasons, because the list has more than 100,000 records.
        """
        params = {"page": str(number), **self.endpoint.params, **self.narrowed}
        answer = self.get(self.endpoint.path, params)
        try:
            return FetchedPage(answer, rows_of(answer.body, self.endpoint))
        except ValueError as flaw:
            raise self.unreadable(str(flaw), answer) from None

    def records(self, answer: ApiResponse) -> list[msgspec.Raw]:
        """The JSON text of every record of an answer."""
        try:
            return Envelope.read(answer.body).records(self.endpoint.wrapper)
        except ValueError as flaw:
            raise self.unreadable(str(flaw), answer) from None

    def checked(self, answer: ApiResponse) -> ApiResponse:
        """The answer, if it holds the list it should."""
        self.records(answer)
        return answer

    def unreadable(self, flaw: str, answer: ApiResponse) -> UnreadableAnswer:
        """The error that says what is wrong with an answer."""
        return UnreadableAnswer(
            f"Xero's answer is not what the endpoint promises: {flaw}. Please report it.",
            organisation=self.tenant_id,
            endpoint=answer.path,
            status=answer.status,
        )
