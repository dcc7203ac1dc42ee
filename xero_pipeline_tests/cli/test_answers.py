"""An answer is written as asked for, and no digit is lost on the way."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from decimal import Decimal

import pyarrow as pa
import pytest

from xero_pipeline.cli.commands.query import _typed
from xero_pipeline.cli.output.formats import readable, write_csv, write_json
from xero_pipeline.cli.output.result_table import show
from xero_pipeline.queries.catalogue import BuiltInQuery
from xero_pipeline.queries.parameters import Parameter
from xero_pipeline.queries.rows import answer_of, plain
from xero_pipeline.warehouse.query_stream import QueryStream

ROWS = {
    "organisation": ["Kowhai", "Kowhai"],
    "base_currency": ["NZD", "NZD"],
    "customer": ["Fern | Co", None],
    "owed": pa.array([Decimal("1234.5000"), Decimal("-0.1250")], pa.decimal128(19, 4)),
    "invoices": pa.array([Decimal(2), Decimal(1)], pa.decimal128(38, 0)),
    "at": pa.array([dt.datetime(2026, 11, 20, 8, tzinfo=dt.UTC), None], pa.timestamp("us", "UTC")),
}
READY = BuiltInQuery("r", "Who owes us", "", (Parameter("day", "date", "today", ""),), ("owed", "invoices"), "")


def answer(rows=ROWS):
    table = pa.table(rows)
    return answer_of(QueryStream(tuple(table.column_names), tuple(table.schema.types), iter([table]), lambda: None))


def test_csv_has_every_digit_and_leaves_nothing_where_there_is_nothing(capsys):
    assert write_csv(answer(), None) is False
    found = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert found[0] == {
        "organisation": "Kowhai", "base_currency": "NZD", "customer": "Fern | Co", "owed": "1234.50", "invoices": "2",
        "at": "2026-11-20T08:00:00+00:00",
    }  # fmt: skip
    assert (found[1]["customer"], found[1]["at"]) == ("", "")


def test_json_is_a_list_whose_amounts_are_text_and_whose_counts_are_numbers(capsys):
    assert write_json(answer(), 1) is True
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["owed"], row["invoices"], row["at"]) == ("1234.50", 2, "2026-11-20T08:00:00+00:00")
    write_json(answer({"a": pa.array([], pa.int64())}), None)
    assert json.loads(capsys.readouterr().out) == []


def test_of_two_columns_with_one_name_the_second_gets_a_number():
    table = pa.Table.from_arrays([pa.array([1]), pa.array([2]), pa.array([3])], names=["id", "id", "id_2"])
    stream = QueryStream(tuple(table.column_names), tuple(table.schema.types), iter([table]), lambda: None)
    assert answer_of(stream).names == ("id", "id_2", "id_2_2")


def test_a_ready_query_says_once_whose_it_is_and_has_its_sums(capsys):
    show(answer(), READY, "day 2026-11-20", None, as_markdown=True)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "| Customer | Owed | Invoices | At |"
    assert lines[2] == "| Fern \\| Co | 1,234.50 | 2 | 2026-11-20T08:00:00+00:00 |"
    assert lines[-1] == "| Total | 1,234.375 | 3 |  |"


def test_sums_of_several_organisations_or_of_a_part_are_not_shown(capsys):
    several = {**ROWS, "organisation": ["Kowhai", "Rimu"]}
    show(answer(several), READY, "", None, as_markdown=True)
    show(answer(), READY, "", 1, as_markdown=True)
    assert "Total" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Decimal("1234567.8900"), "1,234,567.89"),
        (Decimal("0.1234567890"), "0.123456789"),
        (Decimal("12.0000"), "12.00"),
        (Decimal("-0.0050"), "-0.005"),
        (Decimal("0E-10"), "0.00"),
        (Decimal("3.9"), "3.9"),
        (Decimal("12345678901234567890123456789012345.1230"), "12,345,678,901,234,567,890,123,456,789,012,345.123"),
        (1234, "1,234"),
        (True, "true"),
        (None, "–"),
        (dt.date(2026, 11, 20), "2026-11-20"),
    ],
)
def test_people_see_every_digit_that_says_something(value, shown):
    assert readable(value) == shown


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("54268.0500"), "54268.05"),
        (Decimal("54268.0501"), "54268.0501"),
        (Decimal("-7.1000"), "-7.10"),
        (Decimal("1.23456789010"), "1.2345678901"),
        (Decimal("99999999999999999999999999999999999.9990"), "99999999999999999999999999999999999.999"),
        (Decimal("100"), "100"),
    ],
)
def test_programs_see_cents_and_every_further_digit_that_says_something(value, written):
    assert plain(value) == written
    assert Decimal(plain(value)) == value


def test_programs_see_no_exponent():
    assert plain(Decimal("0E-10")) == "0.00"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("12", 12),
        ("12.50", Decimal("12.50")),
        ("2026-10-31", dt.date(2026, 10, 31)),
        ("TRUE", True),
        ("null", None),
        ("'200'", "200"),
        ("Infinity", "Infinity"),
        ("Kowhai", "Kowhai"),
    ],
)
def test_a_parameter_of_ones_own_sql_is_what_it_looks_like(written, value):
    assert _typed(written) == value
    assert type(_typed(written)) is type(value)
