"""A record that could not be read leads to where it is corrected in Xero; the simulated ones are not there."""

from __future__ import annotations

import pytest

from xero_pipeline.errors import RecordRefused
from xero_pipeline.operations.health.rejected_records import rejected_records
from xero_pipeline.warehouse.progress.issues import Issues, quarantined_counts
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline_tests.warehouse.answers import FIRST, TENANT


@pytest.fixture
def rejected(duckdb_url):
    warehouse = Warehouse(duckdb_url, lock_timeout_seconds=20)
    found = {
        ("invoices", "a"): b'{"Type": "ACCPAY"}',
        ("invoices", "b"): b'{"Type": "ACCREC"}',
        ("invoices", "c"): b"{}",
        ("contacts", "d"): b"{}",
        ("contacts", None): b"{}",
        ("users", "e"): b"{}",
    }
    with warehouse.writing() as connection:
        for (collection, name), raw in found.items():
            fault = RecordRefused("wrong", record_id=name, raw=raw)
            Issues(connection, TENANT, collection).quarantine([fault], at=FIRST)
    return warehouse


def test_a_rejected_record_leads_to_its_page_in_xero_where_one_is_known(rejected):
    with rejected.writing() as connection:
        values = f"('{TENANT}', 'o', '!c')"
        connection.exec_driver_sql(
            f"INSERT INTO xero.organisations (tenant_id, organisation_id, short_code) VALUES {values}"
        )
    with rejected.reading() as connection:
        links = {one["record_id"]: one["in_xero"] for one in rejected_records(connection, linked=True)}
        simulated = rejected_records(connection, linked=False)
        assert quarantined_counts(connection) == {TENANT: 6}
    assert "/AccountsPayable/Edit.aspx?InvoiceID=a" in links["a"]
    assert "/AccountsReceivable/View.aspx?InvoiceID=b" in links["b"]
    assert "/Contacts/View/d" in links["d"]
    assert {name for name, link in links.items() if link} == {"a", "b", "d"}
    assert {one["in_xero"] for one in simulated} == {None}
