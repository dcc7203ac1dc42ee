"""What a person wrote is understood as far as needed: one statement, that reads, with its parameters."""

from __future__ import annotations

import pytest

from xero_pipeline.errors import QueryRefused
from xero_pipeline.queries.sql_statement import given, read_statement


@pytest.mark.parametrize(
    "sql",
    [
        "select 1",
        "SELECT 1;",
        "  -- a remark\n select 1 ; ; -- another",
        "/* one ; two */ with a as (select 1) select * from a",
        "(select 1) union all (select 2)",
        "from xero.invoices",
        "explain (format json) select 1",
        "explain analyze select 1",
        "show tables",
        "select ';' as a, \"od;d\" as b, $$ ; $$ as c, $x$ ; $x$ as d, e'\\'; ' as e",
    ],
)
def test_one_statement_that_reads_is_taken(sql):
    read_statement(sql)


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("", "There is no query"),
        (" -- nothing\n", "There is no query"),
        ("select 1; select 2", "several statements"),
        ("select 1; drop table x", "several statements"),
        ("a$b$; delete from x; $b$", "several statements"),
        ("insert into x values (1)", "not with INSERT"),
        ("explain analyze copy (select 1) to 'x'", "not with COPY"),
        ("explain (analyze) delete from x", "not with DELETE"),
        ("selec 1", "not with SELEC"),
        ("42", "not with 42"),
    ],
)
def test_anything_else_is_refused_by_name(sql, told):
    with pytest.raises(QueryRefused, match=told.replace("$", r"\$")):
        read_statement(sql)


def test_a_name_behind_a_colon_is_a_parameter_outside_of_quotes_and_remarks_alone():
    sql = "select :a, ':b', \":c\", x::text, t.y[1:2], '12:30', {'k':v}, $$:d$$, :a_2 -- :e\n from x"
    assert read_statement(sql).parameters == {"a", "a_2"}


def test_parameters_that_are_missing_or_too_many_are_named():
    statement = read_statement("select :least, :most")
    assert given(statement, {"least": 1, "most": 2}) == {"least": 1, "most": 2}
    with pytest.raises(QueryRefused, match=":most, which was not given"):
        given(statement, {"least": 1})
    with pytest.raises(QueryRefused, match="no parameter :top. Its parameters: :least, :most"):
        given(statement, {"least": 1, "most": 2, "top": 3})
