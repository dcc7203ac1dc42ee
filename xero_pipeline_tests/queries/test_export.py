"""Files hold what the tables hold, exactly, the same from either database; each is whole or not there."""

from __future__ import annotations

import csv

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.queries import export as exporting
from xero_pipeline.queries.execution import asking
from xero_pipeline.queries.export import export
from xero_pipeline.warehouse.schema.arrow_types import column_type
from xero_pipeline.warehouse.schema.catalogue import all_tables


def rows(books, table):
    with asking(books, f"select * from {table}") as answer:
        return [row for piece in answer.batches for row in piece.to_pylist()]


def ordered(found):
    return sorted(found, key=lambda row: [str(value) for value in row.values()])


def test_every_table_is_exported_with_the_declared_types(books, tmp_path):
    done = {one.table: one for one in export(books, tmp_path)}
    assert {f"xero.{table.name}" for table in all_tables()} <= set(done)
    for table in all_tables():
        schema = pq.read_schema(done[f"xero.{table.name}"].path)
        assert schema == pa.schema([(one.name, column_type(one.kind)) for one in table.all_columns]), table.name
    assert [path for path in tmp_path.rglob("*") if path.is_file() and path.name.startswith(".")] == []


def test_every_folder_that_is_made_is_open_to_its_owner_alone_and_others_stay_as_they_are(books, tmp_path):
    there = tmp_path / "there"
    there.mkdir(mode=0o755)
    (one,) = export(books, there / "more" / "books", tables=["accounts"])
    assert one.path == there / "more" / "books" / "xero" / "accounts.parquet"
    assert {path.stat().st_mode & 0o777 for path in there.rglob("*") if path.is_dir()} == {0o700}
    assert there.stat().st_mode & 0o777 == 0o755


def test_the_ledger_is_exported_where_there_is_one(on_duckdb, tmp_path):
    done = {one.table: one for one in export(on_duckdb, tmp_path)}
    kept = done["ledger.journal_lines"]
    assert kept.rows == len(rows(on_duckdb, "ledger.journal_lines")) > 0
    assert kept.path == tmp_path / "ledger" / "journal_lines.parquet"
    assert pa.types.is_decimal128(pq.read_schema(kept.path).field("net_amount").type)


def test_parquet_holds_the_rows_to_the_last_digit(books, tmp_path, monkeypatch):
    monkeypatch.setattr(exporting, "ROWS_AT_ONCE", 50)
    told = []
    (one,) = export(books, tmp_path, tables=["invoices"], progress=lambda table, count: told.append((table, count)))
    found = pq.read_table(one.path).to_pylist()
    assert ordered(found) == ordered(rows(books, "xero.invoices"))
    assert (one.table, one.rows, told[-1]) == ("xero.invoices", len(found), ("xero.invoices", len(found)))
    assert pq.ParquetFile(one.path).num_row_groups > 1


def test_csv_holds_them_too(books, tmp_path):
    (one,) = export(books, tmp_path, form="csv", tables=["xero.bank_summary"])
    with one.path.open(newline="") as file:
        found = list(csv.DictReader(file))
    wanted = rows(books, "xero.bank_summary")
    assert sorted(row["closing_balance"] for row in found) == sorted(f"{row['closing_balance']:f}" for row in wanted)
    assert {row["period_start"] for row in found} == {row["period_start"].isoformat() for row in wanted}


def test_a_view_is_exported_when_it_is_named(books, tmp_path):
    (one,) = export(books, tmp_path, tables=["accounts_history"])
    assert one.path == tmp_path / "xero" / "accounts_history.parquet"
    assert one.rows == len(rows(books, "xero.accounts"))


def test_a_table_that_is_none_is_named_with_a_hint_before_anything_is_written(books, tmp_path):
    with pytest.raises(ConfigurationError, match="--table invoces: .*Did you mean invoices"):
        list(export(books, tmp_path, tables=["accounts", "invoces"]))
    assert list(tmp_path.iterdir()) == []


def test_an_export_that_breaks_leaves_the_file_before_it_alone(books, tmp_path):
    (one,) = export(books, tmp_path, tables=["accounts"])
    before = one.path.read_bytes()

    def break_off(_table, _count):
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError):
        list(export(books, tmp_path, tables=["accounts"], progress=break_off))
    assert one.path.read_bytes() == before
    assert [path.name for path in one.path.parent.iterdir()] == ["accounts.parquet"]


def test_a_folder_that_cannot_be_written_is_told(on_duckdb, tmp_path):
    tmp_path.joinpath("file").touch()
    with pytest.raises(ConfigurationError, match="Cannot write into the folder"):
        list(export(on_duckdb, tmp_path / "file", tables=["accounts"]))
