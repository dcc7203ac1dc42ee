"""Reading again each night: a run for the connected organisations, within the calls that were set."""

from datetime import UTC, datetime

import pytest

from xero_pipeline.defs.automation.jobs import REREAD
from xero_pipeline.defs.partitions import range_tags
from xero_simulator.edits.silent_changes import mark_sent


@pytest.fixture
def tick(house):
    def evaluate():
        return house.tick("rolling_reread", datetime(2026, 11, 22, 2, tzinfo=UTC))

    return evaluate


def test_neighbouring_organisations_share_a_run_that_knows_its_calls(house, tick, monkeypatch):
    monkeypatch.setenv("XERO_REREAD_CALLS", "7")
    (request,) = tick().run_requests
    assert request.tags.items() >= range_tags([house.tenants[0], house.tenants[2]]).items()
    assert request.run_config["ops"]["sync_invoices"] == {"config": {"reread_calls": 7}}


def test_zero_turns_it_off_and_says_so(tick, monkeypatch):
    monkeypatch.setenv("XERO_REREAD_CALLS", "0")
    data = tick()
    assert not data.run_requests
    assert "XERO_REREAD_CALLS is 0" in data.skip_message


def test_a_run_brings_what_xero_does_not_tell_and_says_which_days_it_read(house, own_books):
    tenant = house.tenants[0]
    house.sync("invoices", "payments", tenants=[tenant])
    company = own_books(tenant)
    invoice = company.records("Invoices")[3]
    mark_sent(company, invoice["InvoiceID"], sent=not invoice["SentToContact"])
    assert house._run(REREAD, None, partition_key=tenant, tags={}, ops=house.reread(20)).success
    facts = {name: value.value for name, value in house.materialisations("invoices")[tenant].metadata.items()}
    assert (facts["rows_updated"], facts["calls"], facts["read"]) == (1, 1, "again: everything")
    quotes = house.materialisations("quotes")[tenant].metadata
    assert quotes["calls"].value == 0, "its first load is not complete"
