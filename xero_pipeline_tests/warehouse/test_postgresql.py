"""PostgreSQL's own ways: what a merge reads, whom it waits for, and what it does with a row nobody expects."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import OperationalError

from xero_pipeline.warehouse.load.merge import Merged
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline_tests.databases import let_nobody_wait
from xero_pipeline_tests.warehouse.answers import LATER, invoice, invoices, line

STORED = 500
READ = """
SELECT COALESCE(SUM(seq_tup_read + COALESCE(idx_tup_fetch, 0)), 0) FROM pg_stat_xact_user_tables
WHERE schemaname = 'xero' AND relname LIKE 'invoice%%'
"""


@pytest.fixture
def warehouse_url(postgresql_url):
    return postgresql_url


def some(first, count, **more):
    names = [f"i{number}" for number in range(first, first + count)]
    return [
        invoice(
            n, lines=[line(f"{n}-{k}", Tracking=[{"Name": "R"}]) for k in "ab"], Payments=[{"PaymentID": n}], **more
        )
        for n in names
    ]


@pytest.mark.parametrize(
    "arriving", [some(STORED, 5), some(0, 5), some(0, 5, minute=1), [*some(0, 3, minute=1), *some(STORED, 2)]]
)
def test_a_merge_reads_of_a_large_table_only_the_rows_it_is_about(warehouse, arriving):
    warehouse.merge(invoices(*some(0, STORED)))
    with warehouse.transaction(), warehouse.writing() as connection:
        warehouse.merge(invoices(*arriving, synced_at=LATER))
        read = connection.exec_driver_sql(READ).scalar_one()
    assert read < STORED / 2


def test_a_merge_waits_for_that_of_its_own_organisation_and_for_no_other(warehouse, warehouse_url):
    beside = Warehouse(warehouse_url)
    with warehouse.transaction():
        warehouse.merge(invoices(*some(0, 2)))
        let_nobody_wait(warehouse_url)
        theirs = beside.merge(invoices(*some(0, 2), tenant_id="another"))
        with pytest.raises(OperationalError, match="lock timeout"):
            beside.merge(invoices(*some(0, 2)))
    assert theirs["invoices"] == Merged(inserted=2)


def test_a_line_that_was_left_behind_when_somebody_deleted_its_invoice_does_not_stop_the_invoice(warehouse):
    warehouse.merge(invoices(*some(0, 2)))
    with warehouse.writing() as connection:
        connection.exec_driver_sql("DELETE FROM xero.invoices")
    merged = warehouse.merge(invoices(*some(0, 2), synced_at=LATER))
    assert merged["invoices"] == Merged(inserted=2)
    lines = warehouse.query("SELECT COUNT(*) AS n, MIN(synced_at) AS at FROM xero.invoice_line_items").to_pylist()
    assert lines == [{"n": 4, "at": LATER}]
