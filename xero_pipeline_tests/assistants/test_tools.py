"""What an assistant is told: the terminal's figures, with what has to be known of them, and words of others as data."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from mcp import Client

from xero_pipeline.assistants.answers import DATA, NOTE
from xero_pipeline.assistants.reference import PAGE, with_arguments
from xero_pipeline.assistants.server import make_server
from xero_pipeline.assistants.statements import DESCRIPTIONS
from xero_pipeline.calendar import month_end
from xero_pipeline.ledger.documents.document_details import details_of
from xero_pipeline.ledger.documents.traced_documents import documents_called
from xero_pipeline.ledger.statements.balance_sheet import balance_sheet
from xero_pipeline_tests.assistants.conftest import PLANTED, called
from xero_pipeline_tests.clock import TODAY


def test_every_statement_says_whose_when_and_whether_the_books_are_reconciled(ask, accountant_of_session):
    for name in DESCRIPTIONS:
        found = ask("statement", name=name, last_day=month_end(TODAY).isoformat())
        assert not found.is_error, found
        about = found.structured_content["about"]
        (one,) = about["organisations"]
        assert (one["tenant_id"], one["currency"]) == (accountant_of_session.tenant_id, "NZD")
        assert {"from", "to", "basis", "books_as_of"} <= about.keys()
        assert one["is_reconciled"] is ("differ" not in one["remark"]) is False
        assert about["reconciliation"]
        assert found.structured_content["note"] == NOTE
        assert json.loads(found.content[0].text) == found.structured_content


def test_a_statement_has_the_rows_of_the_terminals_functions_to_the_cent(ask, books, accountant_of_session):
    day = month_end(TODAY)
    told = ask("statement", name="balance-sheet", last_day=day.isoformat()).structured_content[DATA]
    with books.reading() as connection:
        lines = balance_sheet(connection, accountant_of_session.tenant_id, day)
    place = told["columns"].index("amount")
    assert [row[place] for row in told["rows"]] == [f"{line.amount:.2f}" for line in lines]
    assert told["is_complete"] and len(lines) > 10


def test_books_with_a_difference_that_nothing_explains_are_not_reconciled(planted):
    (found,) = called(planted, ("statement", {"name": "cash"}))
    about = found.structured_content["about"]
    assert (about["organisations"][0]["is_reconciled"], about["organisations_reconciled"]) == (False, 0)
    assert "without a known cause" in about["organisations"][0]["remark"]


def test_columns_stand_side_by_side(ask):
    found = ask("statement", name="profit-and-loss", last_day="2026-04", compare=["prior-year"])
    columns = found.structured_content[DATA]["columns"]
    assert columns[-5:-3] == ["Apr 2026", "Prior year"]
    assert columns[-3:] == ["Prior year: change", "Prior year: change %", "Prior year: effect on profit"]


def test_a_difference_is_explained_down_to_its_documents(ask):
    data = ask("explain").structured_content[DATA]["differences"]
    first = dict(zip(data["columns"], data["rows"][0], strict=True))
    found = ask("explain", account=first["account_id"], month=first["period_end"][:7]).structured_content[DATA]
    figures = found["figures"]
    place = figures["columns"].index("difference")
    assert first["difference"] in {row[place] for row in figures["rows"]}
    assert found["movements"]["rows"]


def test_a_document_is_told_as_on_its_page(ask, books, accountant_of_session):
    asked = "SELECT invoice_id FROM xero.invoices WHERE status = 'PAID' ORDER BY invoice_id LIMIT 1"
    (row,) = books.query(asked).to_pylist()
    data = ask("explain", document=row["invoice_id"]).structured_content[DATA]
    with books.reading() as connection:
        (found,) = documents_called(connection, [accountant_of_session.tenant_id], row["invoice_id"])
        details = details_of(connection, found)
    assert set(data) == {"document", "lines", "settlements", "journal_lines"}
    assert data["document"]["columns"] == list(details.told)
    for name in ("lines", "settlements", "journal_lines"):
        assert len(data[name]["rows"]) == len(getattr(details, name)) > 0
    assert ask("explain", document="no such").is_error


@pytest.mark.parametrize(
    ("tool", "arguments", "says"),
    [
        ("statement", {}, ["`name` is missing"]),
        ("statement", {"name": "income"}, ["`name` is one of", "'profit-and-loss'", "not 'income'"]),
        ("statement", {"name": "cash", "from": "2026-10"}, ["no argument `from`", "`first_day`"]),
        ("statement", {"name": "cash", "compare": "prior-year"}, ["`compare` is a list", "Further columns"]),
        ("statement", {"name": "cash", "basis": 3}, ["`basis` is one of 'accrual' or 'cash', not 3"]),
        ("describe", {"what": "everything"}, ["`what` is one of", "'tables'"]),
    ],
)
def test_wrong_arguments_are_refused_with_what_is_allowed(planted, tool, arguments, says):
    (found,) = called(planted, (tool, arguments))
    why = found.structured_content[DATA]["why"]
    assert found.is_error and f"`{tool}`" in why
    assert all(words in why for words in says), why
    assert "pydantic" not in why and "validation error" not in why


def test_the_page_has_the_arguments_that_the_tools_have():
    page = (Path(__file__).parents[2] / PAGE).read_text()
    assert with_arguments(page) == page, "`make docs` writes them"


def test_a_built_in_query_is_asked_and_organisations_are_listed(ask, accountant_of_session):
    found = ask("built_in_query", name="aged_receivables").structured_content
    assert found[DATA]["rows"] and found["about"]["query"]
    listed = ask("organisations").structured_content[DATA]
    assert [row[0] for row in listed["rows"]] == [accountant_of_session.tenant_id]
    assert None not in listed["rows"][0] and listed["is_complete"]
    assert ask("organisations", search="nobody").structured_content[DATA]["rows"] == []


@pytest.mark.parametrize(
    ("what", "name", "told"),
    [
        ("tables", "xero.invoices", "invoice_id"),
        ("tables", "ledger.journal_lines", "net_amount"),
        ("metrics", "receivables", "signs"),
        ("queries", "aged_receivables", "day"),
        ("statements", "cash-flow", "shows"),
    ],
)
def test_what_can_be_asked_for_is_described(planted, what, name, told):
    everything, one = called(planted, ("describe", {"what": what}), ("describe", {"what": what, "name": name}))
    assert name in everything.structured_content["about"][what]
    assert told in json.dumps(one.structured_content["about"][what][name])


def test_sql_is_answered_exactly_with_the_organisations_that_are_in_it(ask, books, accountant_of_session):
    asked = (
        "select tenant_id, sum(total) as total, count(*) as n, max(date) as last from xero.invoices group by tenant_id"
    )
    found = ask("sql", query=asked).structured_content
    ((tenant_id, total, count, last),) = found[DATA]["rows"]
    (row,) = books.query(asked).to_pylist()
    assert (tenant_id, total, count, last) == (row["tenant_id"], f"{row['total']:.2f}", row["n"], str(row["last"]))
    assert [one["tenant_id"] for one in found["about"]["organisations"]] == [accountant_of_session.tenant_id]


def test_an_answer_is_bounded_and_says_so(ask):
    found = ask("sql", query="select a.* from invoices as a cross join invoices as b").structured_content[DATA]
    assert not found["is_complete"] and len(json.dumps(found)) < 250_000


def _outside(told):
    """All words of an answer but the data."""
    return json.dumps({name: value for name, value in told.items() if name != DATA}, ensure_ascii=False)


def test_instructions_in_names_are_never_more_than_data(planted):
    calls = [
        ("organisations", {}),
        *(("statement", {"name": name}) for name in DESCRIPTIONS),
        ("explain", {}),
        ("built_in_query", {"name": "aged_receivables"}),
        ("sql", {"query": "select name from contacts"}),
        ("sql", {"query": "select name as x, cast(name as integer) from contacts"}),
        ("sql", {"query": f'select 1 as "{PLANTED}"'}),
        ("built_in_query", {"name": "aged_receivables", "parameters": {"organisation": "nobody"}}),
        ("statement", {"name": "cash", "organisation": "nobody"}),
    ]
    answers = called(planted, *calls)
    for call, found in zip(calls, answers, strict=True):
        assert PLANTED not in _outside(found.structured_content), call
        assert len(found.content) == 1 and json.loads(found.content[0].text) == found.structured_content
    seen = [PLANTED in json.dumps(one.structured_content[DATA]) for one in answers]
    assert sum(seen) > 8, "as data it is there"
    failed = [call for call, one in zip(calls, answers, strict=True) if one.is_error]
    assert len(failed) == 3


def test_the_words_that_are_instructions_are_all_ours(planted):
    async def look():
        async with Client(make_server(planted)) as client:
            return client.instructions, (await client.list_tools()).tools

    instructions, tools = asyncio.run(look())
    assert NOTE in instructions and PLANTED not in instructions + str(tools)
    assert all(one.annotations.read_only_hint for one in tools)
