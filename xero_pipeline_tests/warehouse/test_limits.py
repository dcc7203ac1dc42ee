"""A LIMIT holds whatever is joined: DuckDB 2.0.1 drops it where it sees that the right side of a join has no rows."""

from __future__ import annotations

import pytest
from sqlalchemy import text

JOINS = [
    "LEFT JOIN (SELECT k FROM nobody WHERE v > 0) AS e ON e.k = a.k",
    "LEFT JOIN nobody AS e ON e.k = a.k AND e.v > 0",
    "FULL JOIN (SELECT k FROM nobody WHERE v > 0) AS e ON e.k = a.k",
]


@pytest.mark.parametrize("join", JOINS)
def test_a_limit_holds_where_a_joined_table_has_no_rows(warehouse, join):
    with warehouse.writing() as connection:
        connection.execute(text("CREATE TEMP TABLE everybody AS SELECT n AS k FROM generate_series(1, 50) AS s(n)"))
        connection.execute(text("CREATE TEMP TABLE nobody (k INTEGER, v INTEGER)"))
        rows = connection.execute(text(f"SELECT a.k FROM everybody AS a {join} LIMIT 3")).fetchall()
    assert len(rows) == 3
