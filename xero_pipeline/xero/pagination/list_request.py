"""The calls of one list, and what their answers hold."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from xero_pipeline.errors import UnreadableAnswer
from xero_pipeline.xero.endpoints import Endpoint
from xero_pipeline.xero.http.client import XeroClient
from xero_pipeline.xero.http.response import ApiResponse
from xero_pipeline.xero.pagination.page import Page


@dataclass(frozen=True, slots=True)
class ListRequest:
    """What all calls of one list have in common.

    Args:
        modified_since: Only what changed since; None for everything.
        narrowed: Query parameters that cut a slice out of the list.
        cancelled: Set when nobody waits for its answers any more.
    """

    client: XeroClient
    tenant_id: str
    endpoint: Endpoint
    modified_since: datetime | None
    narrowed: Mapping[str, str] = field(default_factory=dict[str, str])
    cancelled: threading.Event | None = None

    def fetch(self, path: str, params: Mapping[str, str]) -> Page:
        """One call, and what its answer lists.

        Raises:
            UnreadableAnswer: The answer holds no list of records.
            XeroPipelineError: As `XeroClient.get`.
        """
        answer = self.client.get(
            self.tenant_id,
            path,
            params=params,
            modified_since=self.modified_since,
            scope=self.endpoint.scope,
            cancelled=self.cancelled,
        )
        try:
            return Page.of(answer, self.endpoint)
        except ValueError as flaw:
            raise self.unreadable(str(flaw), answer) from None

    def fetch_page(self, number: int) -> Page:
        """One page of the list.

        Args:
            number: Xero's number of the page, from 1.

        Raises:
            UnreadableAnswer: As `fetch`.
            RequestRefused: Among other reasons, because the list has more than 100,000 records.
        """
        return self.fetch(self.endpoint.path, {"page": str(number), **self.endpoint.params, **self.narrowed})

    def unreadable(self, flaw: str, answer: ApiResponse) -> UnreadableAnswer:
        """The error that says what is wrong with an answer."""
        return UnreadableAnswer(
            f"Xero's answer is not what the endpoint promises: {flaw}. Please report it.",
            organisation=self.tenant_id,
            endpoint=answer.path,
            status=answer.status,
        )
