"""On PostgreSQL the ledgers of several organisations are kept at the same time."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import OperationalError

from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline_tests.databases import let_nobody_wait
from xero_pipeline_tests.ledger.several import change, keep
from xero_pipeline_tests.postgresql import a_database_like


def test_a_ledger_waits_for_that_of_its_own_organisation_and_for_no_other(filled_postgresql, several):
    url = a_database_like(filled_postgresql)
    warehouse, beside = Warehouse(url), Warehouse(url)
    mine, theirs, *_ = (one.tenant_id for one in several.organisations)
    change(warehouse, "UPDATE xero.invoices SET reference = 'another', synced_at = synced_at + INTERVAL '1 day'")
    with warehouse.transaction():
        assert keep(warehouse, mine).documents > 0
        let_nobody_wait(url)
        assert keep(beside, theirs).documents > 0
        with pytest.raises(OperationalError, match="lock timeout"):
            keep(beside, mine)
