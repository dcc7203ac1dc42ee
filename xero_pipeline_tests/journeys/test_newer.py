"""A home that a newer version of the program has written: every command says so, and nothing is touched."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import duckdb
import pytest

from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline_tests.journeys.home import Home

COMMANDS = (("status",), ("sync",))


def newer_warehouse(home: Home) -> None:
    with duckdb.connect(str(home.path / "books.duckdb")) as warehouse:
        warehouse.execute("UPDATE xero_history.alembic_version SET version_num = '0100'")
        warehouse.execute("UPDATE xero_history.layout SET declared = 'of another program', program = '7.8.9'")


def newer_state(home: Home) -> None:
    with sqlite3.connect(home.path / "state.sqlite") as state:
        state.execute("UPDATE alembic_version SET version_num = '0100'")
        state.execute("UPDATE layout SET program = '7.8.9'")
    state.close()


@pytest.mark.parametrize("make", [newer_warehouse, newer_state])
def test_every_command_refuses_and_says_what_to_do(
    connected_home: Callable[[], Home], make: Callable[[Home], None]
) -> None:
    home = connected_home()
    Warehouse(f"duckdb:///{home.path / 'books.duckdb'}").prepare()
    make(home)
    before = home.checksums()
    for words in COMMANDS:
        done = home.run(*words)
        assert done.code == 2, (words, done.said)
        assert "7.8.9" in done.err
        assert "docs/upgrades.md" in done.err
        assert "Traceback" not in done.said
    assert home.checksums() == before
