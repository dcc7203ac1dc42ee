"""Moving a warehouse: whatever a column can hold arrives as it was, and what cannot be moved well is not moved."""

from __future__ import annotations

import datetime as dt
import json

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xero_pipeline.errors import ConfigurationError, MoveFailed
from xero_pipeline.warehouse.copy import MovedTable, move, places
from xero_pipeline.warehouse.schema.catalogue import table
from xero_pipeline.warehouse.store import Cursor, Warehouse
from xero_pipeline_tests.warehouse.answers import FIRST, LATER, TENANT, invoice, invoices, line

pytestmark = pytest.mark.slow

# Everything but what PostgreSQL cannot hold: half characters, and the zero.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
TIMES = st.datetimes(dt.datetime(1, 1, 2), dt.datetime(9999, 12, 30), timezones=st.just(dt.UTC))
KINDS = {
    "id": TEXTS,
    "text": TEXTS,
    "json": st.recursive(TEXTS | st.none(), lambda inner: st.lists(inner, max_size=2)).map(json.dumps),
    "day": st.dates(),
    "instant": TIMES,
    "money": st.decimals(-(10**14), 10**14, places=4),
    "quantity": st.decimals(-(10**14), 10**14, places=4),
    "rate": st.decimals(0, 10**9, places=10),
    "integer": st.integers(-(2**60), 2**60),
    "boolean": st.booleans(),
}
TABLES = ("invoices", "invoice_line_items", "report_pulls")


@pytest.fixture
def files(duckdb_url):
    return Warehouse(duckdb_url, lock_timeout_seconds=20)


@pytest.fixture
def server(postgresql_url):
    return Warehouse(postgresql_url)


def any_row(name):
    told = table(name)
    return st.fixed_dictionaries(
        {c.name: KINDS[c.kind] | (st.nothing() if c.name in told.primary_key else st.none()) for c in told.all_columns}
    )


def through(warehouse, place, rows):
    """The rows, written and read again; nothing stays."""
    with warehouse.writing() as connection:
        warehouse.dialect.append(connection, place.sql, rows)
        found = list(warehouse.dialect.batches(connection, f"SELECT * FROM {place.sql}", 2))
        connection.exec_driver_sql(f"DELETE FROM {place.sql}")
    return pa.concat_tables([batch.cast(place.arrow) for batch in found])


@pytest.mark.parametrize("name", TABLES)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_a_column_can_hold_goes_there_and_back(files, server, name, data):
    place = MovedTable("xero", name, table(name).all_columns)
    row = data.draw(any_row(name))
    rows = [dict(row, tenant_id=str(number)) for number in range(3)]
    arrow = pa.Table.from_pylist(rows, schema=place.arrow)
    for warehouse in (files, server):
        arrow = through(warehouse, place, arrow)
    assert sorted(arrow.to_pylist(), key=lambda one: one["tenant_id"]) == rows


def contents(warehouse):
    """Of every table that has rows, all of them."""
    with warehouse.reading() as connection:
        found = {
            place.name: sorted(repr(row) for batch in batches for row in batch.cast(place.arrow).to_pylist())
            for place in places()
            for batches in [warehouse.dialect.batches(connection, select(place), 1000)]
        }
    return {name: rows for name, rows in found.items() if rows}


def select(place):
    return "SELECT " + ", ".join(f'"{column.name}"' for column in place.columns) + f" FROM {place.sql}"


def filled(warehouse):
    cursor = Cursor(tenant_id=TENANT, endpoint="invoices", modified_since=FIRST, complete_at=LATER, records=2)
    lines = [line("a", amount=0.1, Description='says "hi"\n,'), line("b", Description="")]
    warehouse.merge(invoices(invoice("one", lines=lines), invoice("two", Reference=None)), cursor=cursor)
    warehouse.merge(invoices(invoice("one", minute=1, lines=lines[:1], Reference="ärger\t–"), synced_at=LATER))


def test_a_warehouse_with_its_history_and_cursors_moves_there_and_back(files, server, tmp_path):
    filled(files)
    before = contents(files)
    told = []
    moved = move(files, server, progress=lambda name, rows: told.append((name, rows)))
    back = Warehouse(f"duckdb:///{tmp_path / 'back.duckdb'}")
    assert move(server, back) == moved == dict(told)
    assert moved["xero_history.invoices"] == 1
    assert contents(files) == contents(server) == contents(back) == before


def test_nothing_is_moved_into_a_warehouse_that_has_something(files, server):
    filled(files)
    server.merge(invoices(invoice("other")))
    before = contents(server)
    with pytest.raises(ConfigurationError, match=r"xero\.invoices"):
        move(files, server)
    assert contents(server) == before


def test_a_copy_that_says_something_else_is_not_kept(files, server, monkeypatch):
    filled(files)
    append = type(server.dialect).append

    def careless(dialect, connection, name, rows):
        append(dialect, connection, name, rows.slice(1) if "line_items" in name else rows)

    monkeypatch.setattr(type(server.dialect), "append", careless)
    with pytest.raises(MoveFailed, match=r"xero\.invoice_line_items: the number of rows is 2 .* 1 in the new"):
        move(files, server)
    assert contents(server) == {}


def test_a_column_that_is_not_ours_is_not_left_behind_in_silence(files, server):
    with files.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE xero.invoices ADD COLUMN our_own_note TEXT")
    with pytest.raises(MoveFailed, match=r"xero\.invoices\.our_own_note"):
        move(files, server)


def test_nobody_writes_to_a_server_while_it_is_moved(server, tmp_path, monkeypatch):
    monkeypatch.setattr("xero_pipeline.warehouse.database.postgresql._FREEZE_SECONDS", 1)
    filled(server)
    with server.reading() as connection:
        server.dialect.freeze(connection, [place.sql for place in places()])
        with pytest.raises(Exception, match="lock timeout"), server.writing() as other:
            other.exec_driver_sql("SET LOCAL lock_timeout = '100ms'")
            other.exec_driver_sql("UPDATE xero.invoices SET is_deleted = TRUE")
