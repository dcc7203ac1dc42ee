"""The one way to read a collection."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime

from xero_pipeline.xero.endpoints import Endpoint
from xero_pipeline.xero.explained.known import KnownBefore
from xero_pipeline.xero.explained.lists import read_composed
from xero_pipeline.xero.http.client import XeroClient
from xero_pipeline.xero.pagination.date_slices import Slice, Slices
from xero_pipeline.xero.pagination.details import read_details
from xero_pipeline.xero.pagination.list_request import ListRequest
from xero_pipeline.xero.pagination.offsets import read_offsets
from xero_pipeline.xero.pagination.page import Page
from xero_pipeline.xero.pagination.page_numbers import read_pages


def paginate(
    client: XeroClient,
    tenant_id: str,
    endpoint: Endpoint,
    *,
    modified_since: datetime | None = None,
    workers: int = 5,
    resume_from: date | None = None,
    after: int = 0,
    window: Slice | None = None,
    calls_left: Callable[[], int] | None = None,
    known: KnownBefore | None = None,
) -> Iterator[Page]:
    """Read a collection: every record, or those changed since.

    At least one page comes, empty if there are no records. The first page's `answer.server_time` is the earliest, and
    so the one to go on from next time. Every record that nobody touches meanwhile is on some page, see the package.
    Closing the iterator early lets calls under way end and makes no new ones.

    Args:
        modified_since: Passed on where the endpoint knows it, ignored elsewhere.
        workers: Calls at once, and pages kept ahead of the consumer, at most.
        resume_from: Leave out what is dated before this day: the `Page.read_before` an earlier attempt came to.
            The next incremental read must then start at the first answer of that attempt, not of this one.
            None, and for endpoints that are not sliced, reads from the start.
        after: Leave out what is numbered up to this: the `Page.read_to` up to which an earlier read came. 0, and for
            endpoints whose records are not numbered, reads from the start.
        window: Only what is dated in these days, of an endpoint that is sliced.
        calls_left: Says how many more calls there may be. A list of more pages is read in slices, as far as days divide
            it, so that `Page.read_before` tells how far the calls reached. None for no bound.
        known: Of a list that is composed, what is known before: what did not change need not be read again.

    Yields:
        The pages, in no particular order.

    Raises:
        XeroPipelineError: As `XeroClient.get`; pages not yet begun are not asked for then.
    """
    request = ListRequest(client, tenant_id, endpoint, modified_since if endpoint.modified_since else None)
    slicing = endpoint.slicing

    def part(one: Slice, may_be_cut: bool) -> Iterator[Page]:
        narrowed = replace(request, narrowed=one.params(slicing)) if slicing else request
        if endpoint.paging == "whole":
            yield narrowed.fetch(endpoint.path, {**endpoint.params, **narrowed.narrowed})
        elif endpoint.paging == "details":
            yield from read_details(narrowed, workers)
        else:
            yield from read_pages(narrowed, workers, calls_left if may_be_cut else None)

    if endpoint.paging == "composed":
        yield read_composed(request, known or KnownBefore())
    elif endpoint.paging == "offsets":
        yield from read_offsets(request, after)
    elif slicing is None:
        yield from part(Slice(), False)
    else:
        yield from Slices(part, window or Slice(resume_from, None)).pages()
