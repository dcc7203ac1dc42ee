"""A warehouse is made, completed and left alone by the same call, on DuckDB and on PostgreSQL."""

from __future__ import annotations

import subprocess
import sys

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.warehouse.load.history import has_history, history_changes, view_columns, view_name
from xero_pipeline.warehouse.schema.catalogue import all_tables
from xero_pipeline.warehouse.schema.ddl import metadata
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline_tests.thoroughness import proof
from xero_pipeline_tests.warehouse.answers import invoice, invoices

pytestmark = pytest.mark.slow

COLUMNS = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'xero'"


def columns(warehouse):
    return {(row["table_name"], row["column_name"]) for row in warehouse.query(COLUMNS).to_pylist()}


def run(url, *statements):
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def test_every_table_and_column_is_there_with_its_comment(warehouse):
    expected = {(table.name, column.name) for table in all_tables() for column in table.all_columns}
    kept = filter(has_history, all_tables())
    views = {(view_name(table), column.name) for table in kept for column in view_columns(table)}
    assert columns(warehouse) == expected | views
    with warehouse.reading() as connection:
        comments = warehouse.dialect.existing(connection)
    for table in metadata().tables.values():
        assert comments[table.name] == {"": table.comment, **{column.name: column.comment for column in table.columns}}


def test_the_first_use_of_a_new_place_prepares_it(empty_url):
    merged = Warehouse(empty_url).merge(invoices(invoice("a")))
    assert merged["invoices"].inserted == 1


def test_the_first_look_at_a_new_place_prepares_it(empty_url):
    assert Warehouse(empty_url).query("SELECT COUNT(*) AS n FROM xero.invoices").to_pylist() == [{"n": 0}]


def test_whoever_looks_can_only_read_from_the_first_look_on(warehouse_url):
    looking = Warehouse(warehouse_url)
    for _ in range(2):
        with pytest.raises(DBAPIError, match="read-only"), looking.reading() as connection:
            connection.exec_driver_sql("DELETE FROM xero.items")


def test_a_second_preparation_finds_nothing_to_do(warehouse):
    before = columns(warehouse)
    with warehouse.dialect.connected("written") as connection:
        from xero_pipeline.warehouse.schema.ddl import changes

        assert list(changes(warehouse.dialect.existing(connection), connection.dialect)) == []
        assert list(history_changes(connection)) == []
    warehouse.prepare()
    assert columns(warehouse) == before


def test_a_warehouse_with_the_declared_layout_is_known_at_one_look(shared_warehouse, warehouse_url, monkeypatch):
    def compare(*_):
        raise AssertionError("thousands of columns were compared for nothing")

    with monkeypatch.context() as patch:
        patch.setattr("xero_pipeline.warehouse.schema.upgrade.changes", compare)
        Warehouse(warehouse_url).prepare()
        run(warehouse_url, "DROP VIEW xero.items_history")
        with pytest.raises(AssertionError, match="thousands"):
            Warehouse(warehouse_url).prepare()


def test_an_older_warehouse_gets_what_it_lacks_and_keeps_its_rows(shared_warehouse, warehouse_url):
    shared_warehouse.merge(invoices(invoice("a", Reference="kept")))
    run(
        warehouse_url,
        *(f"DROP VIEW xero.{name}_history" for name in ("invoices", "items")),
        *(f"ALTER TABLE {schema}.invoices DROP COLUMN url" for schema in ("xero", "xero_history")),
        "DROP TABLE xero.items",
        "COMMENT ON COLUMN xero.invoices.total IS 'an older comment'",
    )
    older = columns(shared_warehouse)
    newer = Warehouse(warehouse_url)
    newer.prepare()
    assert {("invoices", "url"), ("items", "item_id")} <= columns(newer) - older
    assert newer.query("SELECT reference, url FROM xero.invoices").to_pylist() == [{"reference": "kept", "url": None}]
    merged = newer.merge(invoices(invoice("b", Url="https://example.com")))
    assert merged["invoices"].inserted == 1


@proof
def test_two_processes_may_prepare_at_once(empty_url):
    code = f"from xero_pipeline.warehouse.store import Warehouse; Warehouse({empty_url!r}).prepare()"
    both = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(2)]
    errors = [process.communicate()[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], errors
    assert len(columns(Warehouse(empty_url))) > 100


@pytest.mark.parametrize(
    "url", ["duckdb://", "duckdb:///:memory:", "sqlite:///x", "nonsense", "postgresql+psycopg2://h/d"]
)
def test_a_url_that_cannot_be_a_warehouse_says_so(url):
    with pytest.raises(ConfigurationError, match="XERO_WAREHOUSE_URL"):
        Warehouse(url)
