"""The layout of schema `ledger`: looked at once, completed whenever a revision or a person took something away."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from xero_pipeline.container import Services
from xero_pipeline.ledger.reconcile.differences import differences
from xero_pipeline.ledger.schema import has_ledger, upgrade_schema
from xero_pipeline.ledger.update import stale_ledgers
from xero_pipeline.operations.health.issues import open_issues
from xero_pipeline.settings import Settings
from xero_pipeline.warehouse.progress.read_progress import ReadProgress
from xero_pipeline.warehouse.store import Cursor, Warehouse
from xero_pipeline_tests.databases import undone


@pytest.fixture(params=["duckdb", "postgresql"])
def warehouse(request):
    made = request.getfixturevalue(f"begun_on_{request.param}")
    with undone(made):
        yield made


def test_a_view_that_a_revision_took_away_comes_again_with_the_columns_that_are_missing(warehouse):
    with warehouse.writing() as connection:
        connection.exec_driver_sql("DROP VIEW ledger.restatements")
        connection.exec_driver_sql("DROP TABLE ledger.coverage")
        upgrade_schema(warehouse.dialect, connection)
    assert warehouse.query("SELECT count(*) AS n FROM ledger.restatements").to_pylist() == [{"n": 0}]
    assert warehouse.query("SELECT count(*) AS n FROM ledger.coverage").to_pylist() == [{"n": 0}]


def test_the_view_of_restatements_has_the_sign_by_which_revisions_know_our_views(warehouse):
    from xero_pipeline.warehouse.schema.alterations import _MADE_WITH_LEDGER as signed

    with warehouse.reading() as connection:
        found = {(row[0], row[1]) for row in connection.exec_driver_sql(signed[connection.dialect.name])}
    assert ("ledger", "restatements") in found


def test_whoever_has_documents_and_no_ledger_yet_is_behind(warehouse):
    (row,) = warehouse.query("SELECT tenant_id FROM xero.organisations").to_pylist()
    at = datetime(2026, 5, 20, tzinfo=UTC)
    with warehouse.writing() as connection:
        ReadProgress(connection, row["tenant_id"], "invoices").write(Cursor(row["tenant_id"], "invoices", at, at, 0))
        connection.exec_driver_sql("DROP SCHEMA ledger CASCADE")
    assert stale_ledgers(warehouse, [row["tenant_id"]]) == {row["tenant_id"]}


def test_tables_of_somebodys_that_are_called_as_those_we_work_with_stay(books):
    names = ["aged_documents", "open_records", "settled_journals", "tie_differs_since"]
    own = "main" if books.warehouse.dialect.url.get_backend_name() == "duckdb" else "public"
    for name in names:
        books.change(f"CREATE TABLE {own}.{name} AS SELECT 1 AS mine")
    books.document("invoices", "one", "ACCREC", [("sales", "100")])
    books.keep()
    # They are not asked for by name, which on DuckDB is that of the temporary table, too.
    mine = "SELECT table_name FROM information_schema.columns WHERE table_schema = :own AND column_name = 'mine'"
    assert sorted(row["table_name"] for row in books.warehouse.query(mine, {"own": own}).to_pylist()) == names
    found = books.warehouse.query("SELECT DISTINCT document_id FROM ledger.aged_receivables").to_pylist()
    assert found == [{"document_id": "one"}]


SINCE_0_3_0 = (
    ("tie_out", "same_as"),
    ("documents", "is_posted"),
    ("documents", "note"),
    ("derived_journals", "currency_rate_source"),
    ("journals", "currency_rate_source"),
    ("kept", "inputs"),
    ("kept", "aged"),
)


def test_a_ledger_of_0_3_0_is_read_before_it_is_kept_again(kept_url, tmp_path):
    older = Warehouse(kept_url)
    with older.writing() as connection:
        for table, column in SINCE_0_3_0:
            connection.exec_driver_sql(f"ALTER TABLE ledger.{table} DROP COLUMN {column}")
        connection.exec_driver_sql("COMMENT ON VIEW ledger.restatements IS 'beside a ledger of another layout'")
    services = Services(Settings.load(pipeline_home=tmp_path / "home", warehouse_url=kept_url))
    issues = open_issues(services.warehouse)
    with services.warehouse.reading() as connection:
        assert differences(connection, once=True) == differences(connection)
    assert "documents_not_posted" not in {issue.kind for found in issues.values() for issue in found}
    found = services.warehouse.query("SELECT COUNT(*) AS n, COUNT(inputs) AS known FROM ledger.kept").to_pylist()
    assert found == [{"n": 1, "known": 0}]


def test_opening_books_makes_no_ledger_where_none_was_kept(warehouse_url, tmp_path):
    services = Services(Settings.load(pipeline_home=tmp_path / "home", warehouse_url=warehouse_url))
    services.warehouse.prepare()
    with services.warehouse.reading() as connection:
        assert not has_ledger(connection)
