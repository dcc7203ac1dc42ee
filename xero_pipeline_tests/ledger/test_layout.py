"""The layout of schema `ledger`: looked at once, completed whenever a revision or a person took something away."""

from __future__ import annotations

import pytest

from xero_pipeline.ledger.layout import make_current
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
        make_current(warehouse.dialect, connection)
    assert warehouse.query("SELECT count(*) AS n FROM ledger.restatements").to_pylist() == [{"n": 0}]
    assert warehouse.query("SELECT count(*) AS n FROM ledger.coverage").to_pylist() == [{"n": 0}]


def test_the_view_of_restatements_has_the_sign_by_which_revisions_know_our_views(warehouse):
    from xero_pipeline.warehouse.schema.alterations import _MADE_WITH_LEDGER as signed

    with warehouse.reading() as connection:
        found = {(row[0], row[1]) for row in connection.exec_driver_sql(signed[connection.dialect.name])}
    assert ("ledger", "restatements") in found
