"""A read that nobody wants any more sends nothing more, however patient its calls were."""

from __future__ import annotations

import threading

import httpx

from xero_pipeline.xero.endpoints import endpoint
from xero_pipeline.xero.http.client import XeroClient
from xero_pipeline.xero.pagination import paginate
from xero_pipeline_tests.xero.fakes import TENANT, Tokens, envelope, good
from xero_pipeline_tests.xero.office import NoQuota


def test_a_read_that_is_closed_ends_at_once_and_asks_no_more():
    told = {"page": 1, "pageSize": 1000, "pageCount": 12, "itemCount": 12_000}
    refused, asked = threading.Barrier(6), []

    def xero(request):
        asked.append(request)
        if request.url.params["page"] == "1":
            return good(envelope("Invoices", [{"InvoiceID": "1"}], pagination=told))
        refused.wait()  # all five workers, and the test
        return httpx.Response(429, headers={"X-Rate-Limit-Problem": "minute", "Retry-After": "60"})

    with XeroClient(
        api_url="https://api.example", tokens=Tokens(), quota=Quiet(), transport=httpx.MockTransport(xero)
    ) as client:
        pages = paginate(client, TENANT, endpoint("invoices"))
        next(pages)
        refused.wait()
        pages.close()  # would take ten minutes, and fifty calls
    assert len(asked) == 6


class Quiet(NoQuota):
    def exhausted(self, *_):
        """The real one would keep everybody waiting."""
