"""One figure has one value, whoever shows it: every face is asked for every figure, and they agree to the cent."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import pytest

from xero_pipeline.calendar import month_end
from xero_pipeline.metrics.definitions import metric, names
from xero_pipeline.notebook import Books
from xero_pipeline.queries.catalogue import names as queries
from xero_pipeline.queries.catalogue import ready_query
from xero_pipeline_tests.clock import TODAY
from xero_pipeline_tests.metrics.faces import Faces, a_year_before
from xero_pipeline_tests.thoroughness import proof
from xero_simulator.values.amounts import to_base

DAYS = [TODAY, TODAY - dt.timedelta(days=75)]


def agree(found, figure):
    """The one value that all faces with a figure give it."""
    told = {face: figures[figure] for face, figures in found.items() if figure in figures}
    assert len(told) > 1
    assert len({str(value) for value in map(plain, told.values())}) == 1, {figure: told}
    return next(iter(told.values()))


def plain(value):
    if isinstance(value, list) and isinstance(value[0], str):
        return value
    return [f"{one:.2f}" for one in value] if isinstance(value, list) else f"{value:.2f}"


@pytest.mark.parametrize("day", [DAYS[0], pytest.param(DAYS[1], marks=proof)], ids=["today", "another day"])
@pytest.mark.parametrize("side", ["receivables", "payables"])
def test_what_is_owed_is_the_same_on_every_face(faces, side, day):
    found = faces.owed(side, day)
    owed, overdue, ages = (agree(found, figure) for figure in ("owed", "overdue", "ages"))
    unpaid, credit, prepaid = (agree(found, figure) for figure in ("unpaid", "credit", "prepaid"))
    assert (sum(ages), sum(ages[1:])) == (owed, overdue)
    assert owed == unpaid - credit
    assert 0 < overdue <= owed
    assert prepaid >= 0


def test_what_customers_owe_today_is_what_xero_says_is_left_of_each_document(faces):
    rows = faces.books.query(
        "select amount_due as due, currency_rate as rate from xero.invoices where type = 'ACCREC' "
        "and status = 'AUTHORISED' and not is_deleted union all "
        "select -remaining_credit, currency_rate from xero.credit_notes where type = 'ACCRECCREDIT' "
        "and status = 'AUTHORISED' and not is_deleted union all "
        "select -remaining_credit, currency_rate from xero.overpayments where type = 'RECEIVE-OVERPAYMENT' "
        "and status = 'AUTHORISED' and not is_deleted"
    ).to_pylist()
    assert any(row["rate"] != 1 and row["due"] for row in rows), "no foreign document is open"
    owed = sum((to_base(row["due"], row["rate"]) for row in rows), Decimal(0))
    assert agree(faces.owed("receivables", TODAY), "owed") == owed


def test_profit_and_loss_is_the_same_on_every_face_and_xeros_own(faces):
    found = faces.profit(TODAY)
    income, costs, profit = (agree(found, figure) for figure in ("income", "costs", "profit"))
    assert agree(found, "cost_of_sales") and agree(found, "total") == sum(profit)
    assert agree(found, "all costs") == sum(costs)
    assert profit == [more - less for more, less in zip(income, costs, strict=True)]
    xeros = faces.books.query(
        "select amount from xero.profit_and_loss where account_name = 'Net Profit' and basis = 'accrual' "
        f"and period_start >= date '{a_year_before(TODAY)}' order by period_start"
    ).to_pylist()
    assert profit == [row["amount"] for row in xeros]
    assert len(profit) > 8


def test_cash_is_the_same_on_every_face_and_xeros_own(faces):
    found = faces.cash(TODAY)
    closing, closings = agree(found, "closing"), agree(found, "closings")
    assert closing == closings[-1]
    assert agree(found, "received") > 0
    assert agree(found, "spent") > 0
    xeros = faces.books.query(
        "select sum(closing_balance) as closing from xero.bank_summary group by period_start order by period_start"
    ).to_pylist()
    assert closings == [row["closing"] for row in xeros][-len(closings) :]


def test_sales_are_the_same_on_every_face_and_those_of_the_documents(faces):
    found = faces.sales(TODAY)
    assert agree(found, "first") == sorted(agree(found, "first"), reverse=True)
    assert len(agree(found, "names")) == 10
    rows = faces.books.query(
        "select case type when 'ACCREC' then sub_total else -sub_total end as net, currency_rate as rate from ("
        "select type, sub_total, currency_rate, date, status from xero.invoices union all "
        "select type, sub_total, currency_rate, date, status from xero.credit_notes) as d "
        f"where type in ('ACCREC', 'ACCRECCREDIT') and status in ('AUTHORISED', 'PAID') "
        f"and date >= date '{a_year_before(TODAY)}'"
    ).to_pylist()
    foreign = sum(row["rate"] != 1 for row in rows)
    assert foreign
    # The whole and the tax of a foreign document are rounded, and the sale is what is between them.
    documents = sum((to_base(row["net"], row["rate"]) for row in rows), Decimal(0))
    assert abs(agree(found, "sales") - documents) <= foreign * Decimal("0.01")


def test_tax_is_the_same_in_a_query_and_in_a_notebook(faces):
    frame = Books(faces.books).ready("tax_by_month", since="2000-01")
    rows = faces.query("tax_by_month", since="2000-01")
    assert list(frame.to_pay) == [row["tax_on_sales"] - row["tax_on_purchases"] for row in rows]


@pytest.mark.parametrize("side", ["receivables", "payables"])
def test_a_table_of_the_ledger_says_the_same_of_what_was_owed_at_the_end_of_each_month(faces, side):
    kept = faces.owed_in_table(side)
    months = [day for day in kept if day == month_end(day) and day < TODAY]
    assert len(months) > 10, kept
    some = [months[-1], months[-4]]
    assert plain([kept[day] for day in some]) == plain(
        [sum(row["owed"] for row in faces.query(side, day=day)) for day in some]
    )


@pytest.fixture
def planned(planned_on_duckdb, accountant_of_session, terminal_of):
    return Faces(planned_on_duckdb, accountant_of_session.tenant_id, terminal_of(planned_on_duckdb))


def test_a_budget_is_the_same_on_every_face(planned):
    found = planned.budget(TODAY)
    assert len(agree(found, "profit")) == len(agree(found, "income")) > 8


def test_profit_on_the_cash_basis_is_xeros_own(planned):
    assert len(agree(planned.cash_basis(TODAY), "profit")) > 8


@proof
def test_every_place_where_a_metric_says_it_is_shown_is_asked(planned):
    planned.profit(TODAY), planned.cash(TODAY), planned.sales(TODAY), planned.budget(TODAY), planned.cash_basis(TODAY)
    for side in ("receivables", "payables"):
        planned.owed(side, TODAY)
        planned.owed_in_table(side)
    planned.query("tax_by_month")
    shown = {name: set(re.findall(r"`([^`]+)`", metric(name).said["shown"])) for name in names()}
    assert {name: places - planned.asked for name, places in shown.items() if places - planned.asked} == {}


@pytest.mark.parametrize("query", queries())
def test_a_metric_says_that_a_query_which_reads_it_shows_it(query):
    read = set(re.findall(r"metric\((\w+)", ready_query(query).text))
    assert [name for name in read if f"`{query}`" not in metric(name).said["shown"]] == []
