"""Reading a list of headers, then each record by itself: budgets, published tax returns."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice

from xero_pipeline.calendar import add_months, month_end, month_start
from xero_pipeline.spans import in_this_context
from xero_pipeline.xero.http.response import ApiResponse, Envelope
from xero_pipeline.xero.pagination.list_request import ListRequest
from xero_pipeline.xero.pagination.page import Page

# Xero gives at most 24 months of a budget in one answer.
_BUDGET_MONTHS_BACK, _BUDGET_MONTHS_AHEAD = 12, 11


def read_details(request: ListRequest, workers: int) -> Iterator[Page]:
    """Read headers, then one answer per record; without records the headers' empty answer comes."""
    endpoint = request.endpoint
    headers = request.fetch(endpoint.path, endpoint.params)
    named = list(headers.records.named())
    nameless = [text for text, name in named if name is None]
    ids = [name for _, name in named if name is not None]
    pages = len(ids) + bool(nameless or not ids)
    if nameless or not ids:
        # What has no id cannot be asked for: it is put aside when its fields are read.
        listed = b'{"%s":[%s]}' % (endpoint.wrapper.encode(), b",".join(map(bytes, nameless)))
        alone = replace(headers.answer, envelope=Envelope.read(listed))
        yield replace(headers, total_pages=pages, answer=alone, records=replace(headers.records, texts=nameless))
    window = _budget_window(headers.answer) if endpoint.wrapper == "Budgets" else {}
    details = _ahead(lambda one: request.fetch(f"{endpoint.path}/{one}", window), iter(ids), workers)
    for number, page in enumerate(details, start=pages - len(ids) + 1):
        yield replace(page, number=number, total_pages=pages)


def _budget_window(headers: ApiResponse) -> dict[str, str]:
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


def _ahead(fetch: Callable[[str], Page], keys: Iterator[str], workers: int) -> Iterator[Page]:
    """Pages in the order of their keys; at most `workers` are fetched ahead of the consumer."""
    pool = ThreadPoolExecutor(workers, thread_name_prefix="xero-page")
    try:
        pending = deque(pool.submit(in_this_context(fetch), key) for key in islice(keys, workers))
        while pending:
            page = pending.popleft().result()
            pending.extend(pool.submit(in_this_context(fetch), key) for key in islice(keys, 1))
            yield page
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
