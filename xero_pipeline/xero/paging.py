"""Many requests that make up one list: pages in parallel, in order, with few of them in memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

import msgspec

from xero_pipeline.errors import RequestRefused, UnreadableAnswer
from xero_pipeline.xero.answers import Answer, Envelope
from xero_pipeline.xero.client import XeroClient
from xero_pipeline.xero.endpoints import Endpoint
from xero_pipeline.xero.values import add_months, month_end, month_start

_Key = TypeVar("_Key")

# Xero gives at most 24 months of a budget in one answer.
_BUDGET_MONTHS_BACK, _BUDGET_MONTHS_AHEAD = 12, 11


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of a list.

    Args:
        number: From 1, in order.
        of: How many there are; None where Xero does not tell.
        answer: The whole envelope.
        drifted: Whether the list's item count is not what it was on the first page: somebody works in Xero, and a
            record may have moved onto a page that was read already.
    """

    number: int
    of: int | None
    answer: Answer
    drifted: bool = False


def read(
    client: XeroClient,
    tenant_id: str,
    endpoint: Endpoint,
    *,
    modified_since: datetime | None = None,
    workers: int = 5,
) -> Iterator[Page]:
    """Read a collection: every record, or those changed since.

    At least one page comes, empty if there are no records. The first page's `answer.server_time` is the earliest, and
    so the one to go on from next time. Closing the iterator early lets calls under way end and makes no new ones.

    Args:
        client: The way to Xero.
        tenant_id: The organisation.
        endpoint: The collection.
        modified_since: Passed on where the endpoint knows it, ignored elsewhere.
        workers: Calls at once, and pages kept ahead of the consumer, at most.

    Yields:
        The pages in order.

    Raises:
        XeroPipelineError: As `XeroClient.get`; pages not yet begun are not asked for then.
    """
    ask = _Ask(client, tenant_id, endpoint, modified_since if endpoint.modified_since else None)
    if endpoint.paging == "whole":
        yield Page(1, 1, ask.checked(ask.get(endpoint.path, dict(endpoint.params))))
    elif endpoint.paging == "details":
        yield from _details(ask, workers)
    else:
        yield from _pages(ask, workers)


@dataclass(frozen=True, slots=True)
class _Ask:
    """What all calls of one list have in common."""

    client: XeroClient
    tenant_id: str
    endpoint: Endpoint
    modified_since: datetime | None

    def get(self, path: str, params: dict[str, str]) -> Answer:
        return self.client.get(
            self.tenant_id,
            path,
            params=params,
            modified_since=self.modified_since,
            scope=self.endpoint.scope,
        )

    def page(self, number: int) -> Answer:
        try:
            return self.get(self.endpoint.path, {"page": str(number), **self.endpoint.params})
        except RequestRefused as refused:
            if refused.status != 400:
                raise
            raise RequestRefused(
                f"{refused.message} (Lists of more than 100,000 records are refused by Xero as well.)",
                organisation=refused.organisation,
                endpoint=refused.endpoint,
                status=refused.status,
                correlation_id=refused.correlation_id,
            ) from None

    def records(self, answer: Answer) -> list[msgspec.Raw]:
        try:
            return Envelope.read(answer.body).records(self.endpoint.wrapper)
        except ValueError as flaw:
            raise self.unreadable(str(flaw), answer) from None

    def checked(self, answer: Answer) -> Answer:
        """The answer, if it holds the list it should."""
        self.records(answer)
        return answer

    def unreadable(self, flaw: str, answer: Answer) -> UnreadableAnswer:
        return UnreadableAnswer(
            f"Xero's answer is not what the endpoint promises: {flaw}. Please report it.",
            organisation=self.tenant_id,
            endpoint=answer.path,
            status=answer.status,
        )


def _pages(ask: _Ask, workers: int) -> Iterator[Page]:
    first = ask.page(1)
    records = ask.records(first)
    counted = first.pagination
    if counted is None:
        yield Page(1, None, first)
        yield from _until_empty(ask, records)
        return
    numbers = iter(range(2, counted.page_count + 1))
    for number, answer in enumerate(_ahead(ask.page, numbers, workers, before=first), start=1):
        ask.records(answer)
        seen = answer.pagination
        drifted = seen is not None and seen.item_count != counted.item_count
        yield Page(number, counted.page_count, answer, drifted)


def _until_empty(ask: _Ask, records: list[msgspec.Raw]) -> Iterator[Page]:
    number = 1
    while records:
        number += 1
        answer = ask.page(number)
        last, records = bytes(records[0]), ask.records(answer)
        if records and bytes(records[0]) == last:
            # An endpoint that knows no pages sends everything each time; asking on would never end.
            raise ask.unreadable(f"page {number} begins as page {number - 1} did", answer)
        if records:
            yield Page(number, None, answer)


def _details(ask: _Ask, workers: int) -> Iterator[Page]:
    endpoint = ask.endpoint
    headers = ask.get(endpoint.path, dict(endpoint.params))
    ids = [_identity(ask, record, headers) for record in ask.records(headers)]
    if not ids:
        yield Page(1, 1, headers)
        return
    window = _budget_window(headers)
    answers = _ahead(lambda one: ask.get(f"{endpoint.path}/{one}", window), iter(ids), workers)
    for number, answer in enumerate(answers, start=1):
        yield Page(number, len(ids), ask.checked(answer))


def _identity(ask: _Ask, record: msgspec.Raw, answer: Answer) -> str:
    try:
        return msgspec.json.decode(record, type=dict[str, Any])[ask.endpoint.key[0]]
    except (ValueError, KeyError):
        raise ask.unreadable(f"a record has no {ask.endpoint.key[0]}", answer) from None


def _budget_window(headers: Answer) -> dict[str, str]:
    """Two years around this month, by Xero's clock: all that one answer can hold.

    Source: Xero's page "Budgets" (without dates it sends three months).
    """
    if headers.server_time is None:
        return {}
    # Xero's clock is UTC, the organisation may be in tomorrow already; a month's edge is not worth more.
    month = month_start(headers.server_time.date())
    return {
        "DateFrom": add_months(month, -_BUDGET_MONTHS_BACK).isoformat(),
        "DateTo": month_end(add_months(month, _BUDGET_MONTHS_AHEAD)).isoformat(),
    }


def _ahead(
    fetch: Callable[[_Key], Answer], keys: Iterator[_Key], workers: int, *, before: Answer | None = None
) -> Iterator[Answer]:
    """Answers in the order of their keys, `before` first; at most `workers` are fetched ahead of the consumer."""
    pool = ThreadPoolExecutor(workers, thread_name_prefix="xero-page")
    try:
        pending = deque(pool.submit(fetch, key) for key in islice(keys, workers))
        if before is not None:
            yield before
        while pending:
            answer = pending.popleft().result()
            pending.extend(pool.submit(fetch, key) for key in islice(keys, 1))
            yield answer
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
