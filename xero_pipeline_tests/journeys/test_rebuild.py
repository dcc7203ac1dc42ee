"""`rebuild` at a shell: from the landing zone into a new file, with Xero out of reach."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb

from xero_pipeline_tests.journeys.home import Home

NOWHERE = "http://127.0.0.1:9"


def test_the_tables_are_made_again_while_xero_is_out_of_reach(
    connected_home: Callable[[], Home], tmp_path: Path
) -> None:
    home = connected_home()
    refused = home.run("rebuild")
    assert (refused.code, "XERO_LANDING is not set" in refused.err) == (2, True)
    home.variables["XERO_LANDING"] = str(tmp_path / "landing")
    assert home.sync("--select", "items").code == 0
    away = {"XERO_API_URL": NOWHERE, "XERO_IDENTITY_URL": NOWHERE, "XERO_LOGIN_URL": NOWHERE}

    done = home.run("rebuild", **away)
    assert done.code == 0, done.said
    with duckdb.connect(str(home.path / "books-rebuilt.duckdb"), read_only=True) as made:
        for table in ("items", "cursors"):
            rows = f"SELECT * FROM xero.{table} ORDER BY ALL"
            assert made.execute(rows).fetchall() == home.query(rows) != []

    again = home.run("rebuild", **away)
    assert again.code == 2, again.said
    assert "Rebuild into a new one" in again.err
