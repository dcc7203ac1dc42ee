"""The ledger moves with the books, and the views for dbt are there at once."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from xero_pipeline.ledger.database_copy import copy_ledger
from xero_pipeline.ledger.tables import ledger_tables
from xero_pipeline.warehouse.copy import move
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline_tests.ledger.several import rows
from xero_pipeline_tests.postgresql import a_database_like
from xero_pipeline_tests.thoroughness import proof

POSTGRESQL = Path(__file__).parents[2] / "docs" / "postgresql.md"


@proof
def test_every_table_of_the_ledger_and_every_view_says_the_same_after_a_move(filled, request):
    here = filled.dialect.engine(read_only=False).dialect.name
    target = Warehouse(request.getfixturevalue("postgresql_url" if here == "duckdb" else "duckdb_url"))
    with target.transaction():
        move(filled, target)
        carried = copy_ledger(filled, target)
    for table in ledger_tables():
        count = f"SELECT COUNT(*) FROM ledger.{table.name}"
        assert rows(target, count) == rows(filled, count), table.name
    total = "SELECT account_id, SUM(net_amount) FROM {} GROUP BY 1 ORDER BY 1"
    for name in ("ledger.journal_lines", "fivetran_xero.journal_line"):
        assert [tuple(row) for row in rows(target, total.format(name))] == [
            tuple(row) for row in rows(filled, total.format(name))
        ]
    assert carried["ledger.journal_lines"] > 0


def _documented():
    """The statements of the page that make the account."""
    text = POSTGRESQL.read_text()
    block = next(one for one in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) if "create role reader" in one)
    return re.findall(r'-c "([^"]+)"', block)


@pytest.fixture
def owned(filled_postgresql):
    """A database with a ledger, whose owner is the role of the page."""
    url = a_database_like(filled_postgresql).replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        # Roles belong to the server, and the commands of this page were perhaps run on it before.
        for role in ("xero", "reader"):
            if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                connection.execute(sql.SQL(f"ALTER ROLE {role} RENAME TO {role}_{uuid4().hex}"))
        connection.execute("CREATE ROLE xero LOGIN")
        connection.execute("CREATE SCHEMA xero_state")
        connection.execute("CREATE TABLE xero_state.tokens AS SELECT 1 AS sealed")
    return url


def test_the_reader_of_the_page_reads_the_books_the_ledger_and_the_views_and_no_token(owned):
    with psycopg.connect(owned, autocommit=True) as connection:
        for statement in _documented():
            connection.execute(statement)  # pyright: ignore[reportArgumentType]
        connection.execute("GRANT CREATE ON SCHEMA ledger TO xero")
        connection.execute("SET ROLE xero")
        connection.execute("CREATE TABLE ledger.made_later AS SELECT 1 AS one")
        connection.execute("RESET ROLE")
        connection.execute("SET ROLE reader")
        for name in ("xero.invoices", "ledger.journal_lines", "fivetran_xero.journal_line", "ledger.made_later"):
            assert connection.execute(sql.SQL(f"SELECT COUNT(*) FROM {name}")).fetchone()[0] > 0, name
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT * FROM xero_state.tokens")
