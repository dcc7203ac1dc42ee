"""A program that nobody trusts reads the books in SQL, and does nothing else: on either database."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import text

from xero_pipeline.errors import QueryRefused
from xero_pipeline.queries.bounds import asking_bounded
from xero_pipeline.queries.plain_sql import plain_statement
from xero_pipeline.queries.sql_statement import read_statement


def ask(books, sql, **bounds):
    with asking_bounded(books, sql, **bounds) as answer:
        return [row for table in answer.batches for row in table.to_pylist()]


@pytest.mark.parametrize(
    "sql",
    [
        "select sum(total) as s, count(*) filter (where status = 'PAID') as n from invoices -- a remark; (\n;",
        "with late as (select * from xero.invoices where due_date < date '2026-01-01') select count(*) as n from late",
        "select date_trunc('month', date) as m, cast(sum(total) as numeric(12, 2)) as s from invoices group by 1",
        'select rank() over (order by total desc) as r, "contact_name" from invoices /* (x */ limit 3',
        "select coalesce(l.source_type, '') || ' ; --' as code from ledger.journal_lines as l limit 1",
        "select 7 % 3 as a, 1e3 as b, 'it''s 50%' as c",
    ],
)
def test_what_reads_the_books_is_answered(books, sql):
    assert ask(books, sql)


REFUSED = {
    "a write": "delete from xero.invoices",
    "a write in a WITH": "with gone as (delete from xero.items returning 1) select * from gone",
    "a table": "select * into mine from xero.items",
    "several statements": "select 1; select 2",
    "a lock of rows": "select * from xero.items for update",
    "copy": "copy (select 1) to '/tmp/never.csv'",
    "copy of a program": "copy xero.items from program 'id'",
    "attach": "attach '/tmp/other.duckdb'",
    "install": "install httpfs",
    "load": "load httpfs",
    "set": "set statement_timeout = 0",
    "pragma": "pragma database_list",
    "call": "call pg_sleep(1)",
    "do": "do $$ begin perform pg_sleep(1); end $$",
    "explain": "explain analyze select 1",
    "show": "show all",
    "a file": "select * from read_csv('/etc/passwd')",
    "a file as a table": "select * from '/etc/passwd'",
    "a file as a name": 'select * from "/etc/passwd"',
    "a folder": "select * from glob('/*')",
    "the network": "select * from read_parquet('https://example.com/x')",
    "the environment": "select getenv('HOME')",
    "a file of the server": "select pg_read_file('/etc/passwd')",
    "a quoted function": "select \"pg_read_file\"('/etc/passwd')",
    "a role": "select set_config('role', 'none', true)",
    "a query in a query": "select query_to_xml('select 1', true, true, '')",
    "a setting": "select current_setting('data_directory')",
    "a lock": "select pg_advisory_lock(1)",
    "a try of a lock": "select pg_try_advisory_lock(1)",
    "waiting": "select pg_sleep(60)",
    "another session": "select pg_terminate_backend(1)",
    "a notification": "select pg_notify('a', 'b')",
    "a large object": "select lo_import('/etc/passwd')",
    "a link": "select * from dblink('host=evil', 'select 1') as t(a int)",
    "passwords": "select * from pg_authid",
    "passwords in capitals": "select * from PG_AUTHID",
    "the catalogue": "select * from information_schema.tables",
    "settings": "select * from duckdb_settings()",
    "secrets": "select * from duckdb_secrets()",
    "a value of any size": "select repeat('x', 1000000000)",
    "a table of any size": "select * from generate_series(1, 1000000000)",
    "variables of this program": "select * from params",
    "an escape": "select 1e'\\'' || getenv('x') || '...'",
    "unicode": "select U&'\\0061'",
    "dollars": "select $a$x$a$",
    "a hidden comment": "select 1 -- x\rfrom nothing(1); select 2\n, 'a' 'b' as",
    "a nested comment": "select /* /* */ pg_sleep(1) */ 1",
    "another letter": "select \u0440g_sleep(1)",
    "a parameter": "select :name",
    "too much of it": f"select {'1, ' * 10_000} 1",
}


@pytest.mark.parametrize("what", REFUSED)
def test_everything_else_is_refused(books, what):
    with pytest.raises(QueryRefused):
        ask(books, REFUSED[what])


def test_on_postgresql_other_schemas_are_out_of_reach_also_through_a_view(on_postgresql):
    with on_postgresql.writing() as connection:
        connection.execute(text("create schema if not exists salaries"))
        connection.execute(text("create table salaries.paid as select 1 as amount"))
        connection.execute(text("create view xero.innocent as select amount from salaries.paid"))
    try:
        for sql in (
            "select * from salaries.paid",
            "select * from innocent",
            "select (select max(amount) from salaries.paid)",
        ):
            with pytest.raises(QueryRefused, match="not schema salaries"):
                ask(on_postgresql, sql)
    finally:
        with on_postgresql.writing() as connection:
            connection.execute(text("drop schema salaries cascade"))


FOR_EVER = "with recursive n as (select 1 as i union all select i + 1 from n) select max(i) as i from n"


def test_what_takes_too_long_is_stopped(books):
    begun = time.monotonic()
    with pytest.raises(QueryRefused, match=r"longer than 0.5 s and was stopped"):
        ask(books, FOR_EVER, seconds=0.5)
    assert time.monotonic() - begun < 10
    assert ask(books, "select 1 as one") == [{"one": 1}], "and the next question is answered"


def test_an_answer_that_is_taken_slowly_is_stopped(books):
    sql = "select a.*, b.* from ledger.journal_lines as a cross join ledger.journal_lines as b"
    with pytest.raises(QueryRefused, match="was stopped"), asking_bounded(books, sql, seconds=0.5) as answer:
        for _ in answer.batches:
            pass


@pytest.mark.parametrize("sql", ["select * from read_text('/etc/hosts')", "from '/etc/hosts'", "select * from params"])
def test_what_gets_by_our_look_finds_a_session_that_reads_nothing_else(on_duckdb, monkeypatch, sql):
    monkeypatch.setattr("xero_pipeline.queries.bounds.plain_statement", read_statement)
    with pytest.raises(QueryRefused, match="The database refuses the query"):
        ask(on_duckdb, sql)


def test_the_statement_that_is_asked_is_the_one_that_was_looked_at():
    assert plain_statement("select/**/'a\n  b' -- x\r, pg_sleep(9)\n as a ;; ").sql == "select 'a\n  b' as a"
