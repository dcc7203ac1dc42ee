"""What is published is what the warehouse has: exact, once, and only what changed."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal

import dagster as dg
import duckdb
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from xero_pipeline.cli.app import app
from xero_pipeline.container import Services
from xero_pipeline.definitions import build
from xero_pipeline.defs.automation.jobs import LEDGER
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.ledger.tables import ledger_tables
from xero_pipeline.publish.destinations import DESTINATIONS, destination
from xero_pipeline.publish.tables import published_tables
from xero_pipeline.publish.update import publish_books
from xero_pipeline.setting_types import PUBLISH_WORDS
from xero_pipeline.settings import Settings
from xero_pipeline.warehouse.schema.catalogue import all_tables
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline_tests.databases import a_database, at
from xero_pipeline_tests.thoroughness import proof

INVOICES = "select count(*) as n, sum(total) as total from xero.invoices where not is_deleted"


def change(warehouse, *statements):
    with warehouse.writing() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def written(path):
    """The files of each table."""
    return sorted(path.rglob("*.parquet"))


def read(path):
    return pa.concat_tables([pq.read_table(one) for one in written(path)])


def test_parquet_has_every_row_exactly_and_nothing_is_sent_twice(books, send, tmp_path):
    first = send("filesystem", books)
    assert first.differences == []
    invoices = read(tmp_path / "files" / "xero" / "invoices")
    assert invoices.schema.field("total").type == pa.decimal128(19, 4)
    ours = books.query("select invoice_id, total, raw from xero.invoices").to_pylist()
    assert {(row["invoice_id"], row["total"], row["raw"]) for row in ours} == {
        (row["invoice_id"], row["total"], row["raw"]) for row in invoices.to_pylist()
    }
    assert len(ours) == invoices.num_rows == first.rows["xero.invoices"]
    assert read(tmp_path / "files" / "xero_ledger" / "journal_lines").num_rows == first.rows["ledger.journal_lines"]
    files = {path: path.stat().st_mtime_ns for path in written(tmp_path / "files")}
    again = send("filesystem", books, everything=True)
    assert (again.rows, again.slices, again.differences) == ({}, 0, [])
    assert again.compared == len(first.rows) > 3
    assert {path: path.stat().st_mtime_ns for path in written(tmp_path / "files")} == files


def test_of_files_only_the_organisation_that_changed_is_written_and_old_ones_go(books, send, only, tmp_path):
    only("xero.accounts")
    (ours,) = books.query("select distinct tenant_id from xero.accounts").to_pylist()
    change(books, "insert into xero.accounts (tenant_id, account_id, synced_at, is_deleted, raw) "
                  "values ('other', 'one', now(), false, '{}')")  # fmt: skip
    send("filesystem", books)
    folder = tmp_path / "files" / "xero" / "accounts"
    (mine,) = written(folder / ours["tenant_id"])
    change(books, "update xero.accounts set name = 'New', synced_at = now() where tenant_id = 'other'")
    done = send("filesystem", books)
    assert (done.rows, done.slices, done.differences) == ({"xero.accounts": 1}, 1, [])
    assert written(folder / ours["tenant_id"]) == [mine]
    assert [row["name"] for row in read(folder / "other").to_pylist()] == ["New"]
    change(books, "delete from xero.accounts where tenant_id = 'other'")
    assert send("filesystem", books).differences == []
    assert written(folder) == [mine]


def test_in_a_database_a_slice_is_replaced_deletions_included(books, send, only, tmp_path):
    only("xero.accounts", "xero.invoices", "ledger.exchange_rates")
    change(books, "insert into xero.accounts (tenant_id, account_id, synced_at, is_deleted, raw) "
                  "values ('other', 'one', now(), false, '{}')")  # fmt: skip
    first = send("duckdb", books)
    assert first.differences == []
    change(
        books,
        "delete from xero.accounts where tenant_id = 'other'",
        "update xero.invoices set total = total + 0.0001, synced_at = now() "
        "where invoice_id = (select min(invoice_id) from xero.invoices)",
        "insert into ledger.exchange_rates (month, from_currency, to_currency, closing_rate) "
        "values ('2026-01-01', 'USD', 'NZD', 1.0123456789)",
    )
    done = send("duckdb", books)
    assert set(done.rows) == {"xero.invoices", "ledger.exchange_rates"}
    assert (done.slices, done.differences) == (3, [])
    with duckdb.connect(str(tmp_path / "there.duckdb"), read_only=True) as there:
        assert there.sql(INVOICES).fetchall() == [tuple(books.query(INVOICES).to_pylist()[0].values())]
        assert there.sql("select count(*) from xero.accounts where tenant_id = 'other'").fetchall() == [(0,)]
        rates = there.sql("select closing_rate from xero_ledger.exchange_rates").fetchall()
        assert rates == [(Decimal("1.0123456789"),)]
        kinds = dict(there.sql("select column_name, column_type from (describe xero.invoices)").fetchall())
    assert (kinds["total"], kinds["currency_rate"], kinds["date"]) == ("DECIMAL(19,4)", "DECIMAL(20,10)", "DATE")
    assert not [name for name in kinds if name.startswith("_dlt")]


def test_a_column_that_a_newer_version_has_arrives_with_its_values(books, send, tmp_path, monkeypatch):
    def of_accounts(*without):
        def tables(*, ledger):
            (accounts,) = [
                one for one in published_tables(ledger=ledger) if (one.schema, one.name) == ("xero", "accounts")
            ]
            return [replace(accounts, columns=tuple(one for one in accounts.columns if one.name not in without))]

        monkeypatch.setattr("xero_pipeline.publish.update.published_tables", tables)
        return send("duckdb", books)

    of_accounts("tax_type")
    done = of_accounts()
    assert (list(done.rows), done.differences) == (["xero.accounts"], [])
    sql = "select account_id, tax_type from xero.accounts order by account_id"
    with duckdb.connect(str(tmp_path / "there.duckdb"), read_only=True) as there:
        assert there.sql(sql).fetchall() == [tuple(row.values()) for row in books.query(sql).to_pylist()]
    assert of_accounts().rows == {}


def test_somebody_who_changes_a_figure_there_is_found_out(books, send, only, tmp_path):
    only("xero.payments")
    send("duckdb", books)
    with duckdb.connect(str(tmp_path / "there.duckdb")) as there:
        there.execute("update xero.payments set amount = amount + 0.01 where payment_id = (select min(payment_id) "
                      "from xero.payments)")  # fmt: skip
    (wrong,) = send("duckdb", books, everything=True).differences
    assert wrong.table == "xero.payments"
    assert wrong.ours[0] == wrong.theirs[0]
    assert wrong.ours != wrong.theirs


@proof
@pytest.mark.filterwarnings("ignore:Delete operation did not match any records:UserWarning")  # a table that begins
def test_iceberg_has_every_row_exactly_and_a_changed_table_replaces_the_old_one(books, send, only, tmp_path):
    from pyiceberg.table import StaticTable

    only("xero.accounts", "xero.invoices", "ledger.exchange_rates")

    def there(name):
        newest = max((tmp_path / "files" / "xero" / name / "metadata").glob("*.metadata.json"))
        return StaticTable.from_metadata(str(newest)).scan().to_arrow()

    first = send("iceberg", books)
    assert first.differences == []
    invoices = there("invoices")
    assert invoices.schema.field("total").type == pa.decimal128(19, 4)
    sql = "select invoice_id, total, raw from xero.invoices"
    assert sorted(tuple(row.values()) for row in books.query(sql).to_pylist()) == sorted(
        zip(*(invoices[name].to_pylist() for name in ("invoice_id", "total", "raw")), strict=True)
    )
    change(books, "delete from xero.accounts where account_id = (select min(account_id) from xero.accounts)")
    done = send("iceberg", books, everything=True)
    assert (list(done.rows), done.differences) == (["xero.accounts"], [])
    assert there("accounts").num_rows == first.rows["xero.accounts"] - 1
    assert send("iceberg", books).rows == {}


@pytest.mark.slow
def test_postgresql_gets_the_same_also_from_postgresql(kept_on_postgresql, send, only, postgresql_server, monkeypatch):
    only("xero.invoices", "ledger.exchange_rates")
    books = Warehouse(at(postgresql_server, kept_on_postgresql))
    there = postgresql_server.replace("/postgres?", f"/{a_database(postgresql_server, 'template1')}?")
    # dlt wants a host before the question mark; libpq takes the one behind it.
    monkeypatch.setenv("DESTINATION__POSTGRES__CREDENTIALS", there.replace(":@/", ":none@localhost/"))
    assert send("postgres", books).differences == []
    with psycopg.connect(there) as connection:
        found = connection.execute(INVOICES).fetchone()
    assert found == tuple(books.query(INVOICES).to_pylist()[0].values())
    assert send("postgres", books).rows == {}


def test_every_table_of_every_schema_is_published_with_comments_and_keys():
    tables = {f"{one.schema}.{one.name}": one for one in published_tables(ledger=True)}
    assert {f"xero.{one.name}" for one in all_tables()} | {f"ledger.{one.name}" for one in ledger_tables()} <= set(
        tables
    )
    assert "xero_history.invoices" in tables
    hints = tables["xero.invoices"].hints
    assert [name for name, hint in hints.items() if hint.get("primary_key")] == ["tenant_id", "invoice_id"]
    assert hints["total"]["description"] == "Sum with tax"
    assert (hints["total"]["data_type"], hints["total"]["precision"], hints["total"]["scale"]) == ("decimal", 19, 4)
    assert not [table for table in tables.values() for hint in table.hints.values() if hint["data_type"] == "double"]


def test_without_dlt_or_a_driver_the_message_says_what_to_install(monkeypatch):
    with pytest.raises(ConfigurationError, match=r'XERO_PUBLISH=snowflake needs .*pip install "dlt\[snowflake\]"'):
        destination("snowflake")
    monkeypatch.setattr("xero_pipeline.extras.find_spec", lambda name: None)
    with pytest.raises(ConfigurationError, match=r'pip install "xero-pipeline\[publish\]"'):
        destination("filesystem")


def test_without_credentials_the_message_names_the_variables(send, books, monkeypatch):
    monkeypatch.delenv("DESTINATION__FILESYSTEM__BUCKET_URL")
    with pytest.raises(ConfigurationError, match="XERO_PUBLISH=filesystem: .*DESTINATION__FILESYSTEM__BUCKET_URL"):
        send("filesystem", books)


def test_an_unknown_word_is_refused_with_those_there_are(monkeypatch):
    assert set(DESTINATIONS) == set(PUBLISH_WORDS)
    monkeypatch.setenv("XERO_PUBLISH", "oracle")
    with pytest.raises(ConfigurationError, match="XERO_PUBLISH must be one of bigquery, snowflake, .*postgres"):
        Settings.load()


def test_the_command_publishes_and_says_so_the_second_time_there_is_nothing(
    kept_on_duckdb, send, only, tmp_path, monkeypatch, capsys
):
    only("xero.accounts", "xero.invoices")
    monkeypatch.setenv("XERO_PIPELINE_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    shutil.copy(kept_on_duckdb, tmp_path / "home" / "books.duckdb")
    runner = CliRunner()
    refused = runner.invoke(app, ["publish"])
    assert "XERO_PUBLISH is not set" in str(refused.exception)
    monkeypatch.setenv("XERO_PUBLISH", "filesystem")
    first, second = (json.loads(runner.invoke(app, ["publish", "--json"]).stdout) for _ in range(2))
    assert first["rows"]["xero.invoices"] > 100
    assert (second["rows"], second["slices"]) == ({}, 0)


KILLED = """
import os, signal
from xero_pipeline.container import Services
from xero_pipeline.publish import tables, update
from xero_pipeline.settings import Settings

wanted = "xero.invoices", "ledger.journal_lines"
some = [one for one in tables.published_tables(ledger=True) if f"{one.schema}.{one.name}" in wanted]
update.published_tables = lambda ledger: some
here = lambda table, rows: table == "ledger.journal_lines" and os.kill(os.getpid(), signal.SIGKILL)
update.publish_books(Services(Settings.load()), progress=here)
"""


def test_what_a_killed_process_began_the_next_one_finishes(kept_on_duckdb, send, only, tmp_path, monkeypatch):
    only("xero.invoices", "ledger.journal_lines")
    home = tmp_path / "home"
    monkeypatch.setenv("XERO_PIPELINE_HOME", str(home))
    monkeypatch.setenv("XERO_PUBLISH", "filesystem")
    home.mkdir()
    shutil.copy(kept_on_duckdb, home / "books.duckdb")
    assert subprocess.run([sys.executable, "-c", KILLED], check=False).returncode == -signal.SIGKILL
    assert list((home / "publish").iterdir()), "it had files of its own"
    services = Services(Settings.load())
    done = publish_books(services, everything=True)
    services.close()
    assert "xero.invoices" not in done.rows, "they were there already"
    assert done.rows["ledger.journal_lines"] > 100
    assert (done.differences, list((home / "publish").iterdir())) == ([], [])


def test_in_dagster_it_comes_after_the_ledger_with_a_check_and_only_where_it_is_asked_for(
    kept_on_duckdb, send, only, tmp_path
):
    only("xero.accounts", "xero.invoices")
    home = tmp_path / "home"
    home.mkdir()
    shutil.copy(kept_on_duckdb, home / "books.duckdb")
    without, asked = (build(Settings(pipeline_home=home, publish=word)) for word in (None, "duckdb"))
    key = dg.AssetKey(["xero", "publish"])
    assert not without.resolve_asset_graph().has(key)
    assert dg.AssetKey(["ledger", "journal_lines"]) in asked.resolve_asset_graph().get(key).parent_keys
    assert key in asked.get_repository_def().get_job(LEDGER).asset_layer.executable_asset_keys
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XERO_PIPELINE_HOME", str(home))
        patch.setenv("XERO_PUBLISH", "duckdb")
        done = dg.materialize([asked.get_assets_def(key)], resources=asked.resources)
    (told,) = done.get_asset_check_evaluations()
    assert told.passed
    assert done.asset_materializations_for_node("publish")[0].metadata["slices"].value == 2
