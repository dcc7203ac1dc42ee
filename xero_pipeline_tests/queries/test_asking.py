"""A question is asked as it was written, reads only, and is refused in a sentence, on either database."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from xero_pipeline.errors import ConfigurationError, QueryRefused
from xero_pipeline.queries.execution import asking
from xero_pipeline.warehouse.store import Warehouse


def ask(books, sql, **params):
    with asking(books, sql, params) as answer:
        return [row for table in answer.batches for row in table.to_pylist()]


def test_amounts_days_and_instants_come_as_they_are_stored(books):
    (row,) = ask(
        books, "select total, date, updated_date_utc, is_deleted from invoices order by invoice_number, total limit 1"
    )
    assert isinstance(row["total"], Decimal)
    assert isinstance(row["date"], dt.date)
    assert row["updated_date_utc"].utcoffset() == dt.timedelta(0)
    assert row["is_deleted"] is False


def test_a_sum_is_exact(books):
    rows = ask(books, "select total from xero.invoices")
    (found,) = ask(books, "select sum(total) as total from xero.invoices")
    assert found["total"] == sum(row["total"] for row in rows)


def test_parameters_are_values_and_never_sql(books):
    name = "x' or 'a' = 'a"
    assert ask(books, "select count(*) as n from invoices where contact_name = :name", name=name) == [{"n": 0}]
    least = Decimal("1000.5")
    (row,) = ask(
        books,
        "select count(*) as n from invoices where total > :least and date < :day",
        least=least,
        day=dt.date(2999, 1, 1),
    )
    assert row["n"] > 0


def test_colons_percent_signs_and_json_are_left_alone(books):
    (row,) = ask(books, "select 'x:y' as a, ' :b' as b, '50%' as c, cast('{\"k\":1}' as json) ->> 'k' as d, 7 % 3 as e")
    assert row == {"a": "x:y", "b": " :b", "c": "50%", "d": "1", "e": 1}


def test_an_answer_without_a_row_still_has_its_columns(books):
    with asking(books, "select total, date from invoices where 1 = 0") as answer:
        assert (answer.names, list(answer.batches)) == (("total", "date"), [])


def test_an_answer_may_be_left_before_its_end(books):
    with asking(books, "select a.invoice_id from invoices as a cross join invoices as b") as answer:
        assert next(answer.batches).num_rows > 0
    assert ask(books, "select 1 as one") == [{"one": 1}]


@pytest.mark.parametrize(
    "sql",
    [
        "delete from xero.invoices",
        "with gone as (delete from xero.items returning 1) select * from gone",
        "explain analyze delete from xero.items",
        "create table xero.mine as select 1",
        "select 1; delete from xero.items",
        "copy (select 1) to '/tmp/never.csv'",
        "set search_path = xero",
        "select set_config('role', 'none', true)",
        "select pg_catalog.\"set_config\"('role', 'none', true)",
    ],
)
def test_what_would_write_is_refused_and_nothing_is_changed(books, sql):
    with pytest.raises(QueryRefused):
        ask(books, sql)
    assert ask(books, "select count(*) as n from xero.invoices")[0]["n"] > 0


def test_a_statement_that_gets_by_our_look_is_refused_by_the_database(books, monkeypatch):
    monkeypatch.setattr("xero_pipeline.queries.sql_statement.READS", frozenset({"DELETE"}))
    with pytest.raises(QueryRefused, match="only reads"):
        ask(books, "delete from xero.invoices")


@pytest.mark.parametrize(
    ("sql", "told"),
    [("select * from invoces", "invoces"), ("select nothing from invoices", "nothing"), ("select (", "")],
)
def test_what_the_database_does_not_understand_is_told_in_one_paragraph(books, sql, told):
    with pytest.raises(QueryRefused, match=f"The database refuses the query: .*{told}") as refused:
        ask(books, sql)
    assert "\n" not in str(refused.value)


def test_what_the_database_refuses_in_the_middle_of_an_answer_is_told_likewise(books):
    rows = "select row_number() over () as n from ledger.journal_lines as a cross join xero.accounts as b"
    with pytest.raises(QueryRefused, match="The database refuses the query: .*late"):
        ask(books, f"select cast(case when n > 9000 then 'late' else '1' end as integer) as n from ({rows}) as x")


def test_asking_makes_no_warehouse(tmp_path):
    with pytest.raises(ConfigurationError, match="There is no warehouse yet"):
        ask(Warehouse(f"duckdb:///{tmp_path / 'none.duckdb'}"), "select 1")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_csv('/etc/passwd')",
        "select content from read_text('/etc/hosts')",
        "from '/etc/passwd'",
        "select * from glob('/etc/*')",
        "select pg_read_file('/etc/passwd')",
        "select pg_ls_dir('/etc')",
        "select lo_import('/etc/passwd')",
    ],
)
def test_no_file_of_the_machine_can_be_read(books, sql):
    with pytest.raises(QueryRefused):
        ask(books, sql)
