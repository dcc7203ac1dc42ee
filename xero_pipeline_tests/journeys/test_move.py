"""The books move into PostgreSQL and back, and nothing is said differently."""

from __future__ import annotations

from pathlib import Path

from xero_pipeline_tests.journeys.home import Home
from xero_pipeline_tests.journeys.truth import kept, truth
from xero_pipeline_tests.journeys.watched import Watched
from xero_pipeline_tests.postgresql import a_database_like
from xero_pipeline_tests.thoroughness import proof


@proof
def test_what_moved_to_postgresql_is_synced_there_without_a_change_and_moves_back_as_it_was(
    home: Home, xero: Watched, empty_database: str, tmp_path: Path
) -> None:
    url = a_database_like(empty_database)
    done = home.run("move", XERO_MOVE_TO=url, XERO_MOVE_STATE_TO=url)
    assert done.code == 0, done.said
    assert "set XERO_WAREHOUSE_URL and XERO_STATE_URL" in done.err
    there = home.in_postgresql(url)

    again = there.run("move", XERO_MOVE_TO=f"duckdb:///{tmp_path / 'back' / 'books.duckdb'}")
    assert again.code == 0, again.said
    assert Home(tmp_path / "back", {}).checksums() == home.checksums()

    before = there.checksums()
    with xero.looking() as seen:
        synced = there.sync()
    assert synced.code == 0, synced.said
    assert {one.path for one in seen if one.since} >= {"Invoices", "Payments", "Contacts"}
    assert not [one.path for one in seen if one.path.startswith("Reports/")]
    assert there.checksums() == before
    with truth(xero.url) as told:
        assert kept(there) == told.facts()


def test_a_database_that_holds_something_is_not_moved_into(home: Home, empty_database: str) -> None:
    url = a_database_like(empty_database)
    assert home.run("move", XERO_MOVE_TO=url).code == 0
    refused = home.run("move", XERO_MOVE_TO=url)
    assert refused.code == 2, refused.said
    assert "not empty" in refused.err
    assert home.run("move").code == 2
