"""Published tax returns: every one with its figures, as they were published."""

from __future__ import annotations

from datetime import date

import httpx
import pytest

from xero_pipeline.simulator.books import build_company
from xero_pipeline.simulator.config import BooksConfig
from xero_pipeline.simulator.wire import encode
from xero_pipeline.sync.incremental_sync import sync_collection
from xero_pipeline.xero.endpoints import endpoint
from xero_pipeline_tests.sync.conftest import OURS, SERVER_TIME, TENANT

TODAY = SERVER_TIME.date()
UNITED_KINGDOM, AUSTRALIA = 1, 2


class Xero:
    """Lists the returns of a company without their figures, and gives each by its id."""

    def __init__(self, place):
        self.company = build_company(BooksConfig(today=TODAY, invoices=60, months=9), place)
        self.today, self.requests = TODAY, []

    def __call__(self, request):
        self.requests.append(request)
        wanted = request.url.path.rpartition("/")[2]
        returns = self.company.tax_returns(self.today)
        found = [encode({**one, "Fields": []}) for one in returns] if wanted == "Reports" else None
        found = found or [encode(one) for one in returns if one["ReportID"] == wanted]
        time = int(SERVER_TIME.timestamp() * 1000)
        return httpx.Response(200, content=b'{"DateTimeUTC":"/Date(%d)/","Reports":[%s]}' % (time, b",".join(found)))


@pytest.fixture
def read(warehouse, talk):
    def once(xero):
        tally, client = talk(xero)
        return sync_collection(client, warehouse, TENANT, endpoint("tax_reports"), tally=tally, now=lambda: OURS)

    return once


def test_every_return_is_read_with_its_figures(warehouse, read):
    xero = Xero(AUSTRALIA)
    outcome = read(xero)
    published = xero.company.tax_returns(TODAY)

    assert len(published) == outcome.records == 2
    assert outcome.calls == 3
    assert not any(request.url.query for request in xero.requests)
    stored = warehouse.query(
        "select r.report_date, f.field_id, f.value from xero.tax_reports as r join xero.tax_report_fields as f "
        "on f.tenant_id = r.tenant_id and f.report_id = r.report_id order by r.updated_date_utc, f.position"
    ).to_pylist()
    assert [tuple(row.values()) for row in stored] == [
        (one["ReportDate"], field["FieldID"], field["Value"]) for one in published for field in one["Fields"]
    ]


def test_a_return_published_later_comes_with_the_next_read_and_changes_no_other(read):
    xero = Xero(AUSTRALIA)
    xero.today = date(2026, 8, 1)
    assert read(xero).tables["tax_reports"].inserted == 1
    xero.today = TODAY
    merged = read(xero).tables["tax_reports"]
    assert (merged.inserted, merged.updated, merged.unchanged) == (1, 0, 1)


def test_an_organisation_without_any_is_read_with_one_call(read):
    outcome = read(Xero(UNITED_KINGDOM))
    assert (outcome.records, outcome.calls) == (0, 1)
