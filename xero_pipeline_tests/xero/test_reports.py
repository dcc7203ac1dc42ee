from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xero_pipeline.calendar import add_months, month_end
from xero_pipeline.errors import MissingScope, UnreadableAnswer
from xero_pipeline.xero.reports.catalogue import report_named
from xero_pipeline.xero.reports.report_months import report_months
from xero_pipeline_tests.xero.fake_reports import SECTIONS, Books
from xero_pipeline_tests.xero.fakes import TENANT, App, client_of, envelope, good

POSTINGS = st.lists(
    st.tuples(
        st.dates(date(2025, 1, 1), date(2026, 6, 30)),
        st.sampled_from(list(SECTIONS)),
        st.sampled_from(["Sales", "Rent", "Wages"]),
        st.decimals(-500, 500, places=2),
    ),
    max_size=30,
)


@pytest.fixture
def client(engine, clock):
    made = []

    def make(app):
        made.append(client_of(app, engine, clock, per_minute=100_000, per_day=1_000_000))
        return made[-1]

    yield make
    for one in made:
        one.close()


def profit_and_loss(client, tenant_id, months):
    return report_months(client, tenant_id, report_named("profit_and_loss"), months)


def bank_summary(client, tenant_id, months):
    return report_months(client, tenant_id, report_named("bank_summary"), months)


def facts(found):
    return [(month.period_start, month.period_end, month.rows) for month in found]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(POSTINGS, st.sets(st.integers(0, 17), min_size=1))
def test_a_month_out_of_a_window_is_the_month_asked_for_alone(client, postings, wanted):
    months = [add_months(date(2025, 1, 1), index) for index in sorted(wanted)]
    together = Books(postings)
    found = facts(profit_and_loss(client(together), TENANT, months))
    alone = [fact for month in months for fact in facts(profit_and_loss(client(Books(postings)), TENANT, [month]))]
    assert found == alone
    assert [start for start, _, _ in found] == months
    assert len(together.requests) <= 3


def test_twelve_months_are_one_call_with_exact_amounts(client):
    books = Books(
        [
            (date(2025, 1, 31), "Income", "Sales", Decimal("100.10")),
            (date(2025, 2, 28), "Income", "Sales", Decimal("7.07")),
            (date(2025, 2, 1), "Less Cost of Sales", "Rent", Decimal("-0.02")),
        ]
    )
    months = [date(2025, month, 1) for month in range(1, 13)]
    found = list(profit_and_loss(client(books), TENANT, months))
    assert len(books.requests) == 1
    assert [(m.period_start, m.period_end) for m in found] == [(month, month_end(month)) for month in months]
    january, february, march = ([tuple_of(row) for row in month.rows] for month in found[:3])
    assert january == [
        ("Income", "account", "id-Sales", "Sales", Decimal("100.10"), 1),
        ("Income", "total", None, "Total Income", Decimal("100.10"), 2),
        ("", "total", None, "Gross Profit", Decimal("100.10"), 3),
        ("", "total", None, "Net Profit", Decimal("100.10"), 4),
    ]
    assert february[2] == ("Less Cost of Sales", "account", "id-Rent", "Rent", Decimal("-0.02"), 3)
    assert march == [
        ("", "total", None, "Gross Profit", Decimal(0), 1),
        ("", "total", None, "Net Profit", Decimal(0), 2),
    ]


def tuple_of(row):
    return (row.section, row.line_type, row.account_id, row.account_name, row.amount, row.position)


@pytest.mark.parametrize("label", ["{:%d %b %y}", "{:%d %b %Y}", "{:%d %B %Y}"])
def test_the_spellings_of_a_column_date_are_understood(client, label):
    books = Books([(date(2025, 3, 31), "Income", "Sales", Decimal(1))], label=label)
    list(profit_and_loss(client(books), TENANT, [date(2025, 3, 1), date(2025, 2, 1)]))
    assert len(books.requests) == 1


@pytest.mark.parametrize("books", [{"last_day": False}, {"label": "{:%b-%y}"}])
def test_columns_that_are_not_whole_months_are_asked_for_one_by_one(client, books):
    app = Books([(date(2025, month, 28), "Income", "Sales", Decimal(month)) for month in (1, 2, 3)], **books)
    months = [date(2025, month, 1) for month in (1, 2, 3)]
    found = list(profit_and_loss(client(app), TENANT, months))
    assert [month.rows[0].amount for month in found] == [1, 2, 3]
    assert len(app.requests) == 4


def serve(report, wrapper="Reports"):
    app = App()
    app.answer = lambda request: good(envelope(wrapper, [report]))
    return app


def section(title, *rows):
    return {"RowType": "Section", "Title": title, "Rows": list(rows)}


def row(kind, *cells, account=None):
    tag = {"Attributes": [{"Value": account, "Id": "account"}]} if account else {}
    return {"RowType": kind, "Cells": [{"Value": cell, **tag} if cell is not None else dict(tag) for cell in cells]}


def one_month(*rows, label="30 Nov 26"):
    return {"Rows": [row("Header", "", label), *rows]}


def november(client, report):
    (month,) = profit_and_loss(client(serve(report)), TENANT, [date(2026, 11, 1)])
    return month


def test_nested_sections_empty_cells_and_grouped_currency_gains_are_read(client):
    report = one_month(
        {"RowType": "Section", "Title": "Banner"},
        section(
            "Expenses",
            section("Wages", row("Row", "Pay", "10.00", account="a-1"), row("SummaryRow", "Total Wages", "10.00")),
            row("Row", "Unused", None, account="a-2"),
            row("Row", "Blank", "", account="a-3"),
            row("Row", "Currency Gains", "-3.5", account="FXGROUPID"),
            row("SummaryRow", "Total Expenses", "6.50"),
        ),
        section("", row("Row", "NET PROFIT", "-6.50")),
    )
    assert [tuple_of(found) for found in november(client, report).rows] == [
        ("Wages", "account", "a-1", "Pay", Decimal("10.00"), 1),
        ("Wages", "total", None, "Total Wages", Decimal("10.00"), 2),
        ("Expenses", "account", "FXGROUPID", "Currency Gains", Decimal("-3.5"), 3),
        ("Expenses", "total", None, "Total Expenses", Decimal("6.50"), 4),
        ("", "total", None, "NET PROFIT", Decimal("-6.50"), 5),
    ]


def test_a_total_that_is_not_zero_is_never_dropped(client):
    report = one_month(section("Odd", row("SummaryRow", "Total Odd", "5.00")))
    assert [found.amount for found in november(client, report).rows] == [Decimal("5.00")]


def test_the_report_as_received_is_kept(client):
    report = one_month(section("", row("Row", "Net Profit", "1.00")))
    month = november(client, report)
    assert json.loads(month.raw) == report
    assert month.answers[0].path == "Reports/ProfitAndLoss"


@pytest.mark.parametrize(
    ("report", "flaw"),
    [
        (one_month(section("", row("Row", "Net Profit", "n/a"))), "'n/a' of 'Net Profit' is not a number"),
        (one_month(section("", row("Row", "Net Profit", "0.12345"))), "has more digits than an amount of money"),
        (one_month(section("", row("Row", "Net Profit", "1" * 16))), "has more digits than an amount of money"),
        (one_month(section("", row("Row", "Net Profit", "NaN"))), "not a number"),
        (one_month(section("", row("Row", "Net Profit"))), "has no column 1"),
        (one_month(section("", "text")), "no attribute"),
        (one_month(label="31 Oct 26"), "asked for 2026-11-30, its column says 2026-10-31"),
        ({"Rows": [section("Income")]}, "no header row"),
        ({"Rows": [row("Header", "", "30 Nov 26", "30 Nov 25")]}, "2 columns for one month"),
        ([], "not an object"),
    ],
)
def test_a_report_that_is_laid_out_otherwise_is_refused_with_what_is_wrong(client, report, flaw):
    with pytest.raises(UnreadableAnswer, match=flaw) as problem:
        november(client, report)
    assert (problem.value.organisation, problem.value.endpoint) == (TENANT, "Reports/ProfitAndLoss")


def bank(*rows):
    header = row("Header", "Bank Accounts", "Opening Balance", "Cash Received", "Cash Spent", "Closing Balance")
    return {"Rows": [header, section("", *rows)]}


def account_row(account, name, *amounts):
    first = {"Value": name, "Attributes": [{"Value": account, "Id": "accountID"}]}
    return {"RowType": "Row", "Cells": [first, *({"Value": amount} for amount in amounts)]}


def test_bank_accounts_come_month_by_month_without_the_total(client):
    app = serve(
        bank(
            account_row("b-1", "Big City Bank", "0.00", "110.00", "100.00", "10.00"),
            account_row("b-2", "Savings", "5.00", "", "0.00", "5.00"),
            row("SummaryRow", "Total", "5.00", "110.00", "100.00", "15.00"),
        )
    )
    months = [date(2026, 2, 9), date(2026, 1, 1), date(2026, 2, 1)]
    january, february = bank_summary(client(app), TENANT, months)
    assert (january.period_start, february.period_end) == (date(2026, 1, 1), date(2026, 2, 28))
    assert app.paths == [
        "Reports/BankSummary?fromDate=2026-01-01&toDate=2026-01-31",
        "Reports/BankSummary?fromDate=2026-02-01&toDate=2026-02-28",
    ]
    first, second = january.rows
    assert (first.account_id, first.account_name, first.position) == ("b-1", "Big City Bank", 1)
    assert (first.opening_balance, first.cash_received, first.cash_spent, first.closing_balance) == (0, 110, 100, 10)
    assert (second.position, second.cash_received) == (2, 0)


@pytest.mark.parametrize(
    ("report", "flaw"),
    [
        ({"Rows": [row("Header", "Bank Accounts", "Opening Balance")]}, "no column cash received"),
        (bank(account_row("b-1", "Short", "1.00", "2.00")), "'Short' has only 3 cells"),
    ],
)
def test_a_bank_summary_that_lacks_a_column_is_refused(client, report, flaw):
    with pytest.raises(UnreadableAnswer, match=flaw):
        list(bank_summary(client(serve(report)), TENANT, [date(2026, 1, 1)]))


def test_an_answer_without_reports_is_refused(client):
    with pytest.raises(UnreadableAnswer, match="no 'Reports'"):
        list(bank_summary(client(serve({}, wrapper="Invoices")), TENANT, [date(2026, 1, 1)]))


def test_a_report_outside_the_consent_names_its_scope(client):
    app = App()
    app.answer = lambda request: httpx.Response(401, headers={"WWW-Authenticate": "insufficient_scope"})
    with pytest.raises(MissingScope, match=report_named("bank_summary").scope):
        list(bank_summary(client(app), TENANT, [date(2026, 1, 1)]))
