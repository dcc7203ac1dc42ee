"""The reports that are no profit and loss: how they are asked for, what is refused, and the rows they become.

Figures and labels are those of the examples in Xero's OpenAPI description of the Accounting API (MIT licence).
"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings

from xero_pipeline.calendar import add_months
from xero_pipeline.errors import ConfigurationError, UnreadableAnswer
from xero_pipeline.xero.reports.catalogue import chosen_reports, report_named, reports
from xero_pipeline.xero.reports.parse_statements import TrackingCategory
from xero_pipeline.xero.reports.report_months import months_in, report_months
from xero_pipeline.xero.reports.tree import label_month, titled_day
from xero_pipeline_tests.xero.fake_reports import Books, Sheet
from xero_pipeline_tests.xero.fakes import TENANT, App, client_of, envelope, good
from xero_pipeline_tests.xero.test_reports import POSTINGS, facts, row, section, st

APRIL, MARCH, FEBRUARY = (date(2019, month, 1) for month in (4, 3, 2))
NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def client(engine, clock):
    made = []

    def make(app):
        made.append(client_of(app, engine, clock, per_minute=100_000, per_day=1_000_000))
        return made[-1]

    yield make
    for one in made:
        one.close()


def serve(*pages):
    """A Xero that gives these reports, one a call, the last one again and again."""
    app, left = App(), list(pages)
    app.answer = lambda request: good(envelope("Reports", [left.pop(0) if len(left) > 1 else left[0]]))
    return app


def pull(client, app, name, *months, categories=()):
    return list(report_months(client(app), TENANT, report_named(name), months, categories))


def laid_out(labels, *rows, titles=()):
    return {"ReportTitles": ["Report", "Demo", *titles], "Rows": [row("Header", *labels), *rows]}


def sheet(*labels):
    return laid_out(
        ("", *labels),
        section("Assets"),
        section(
            "Bank",
            row("Row", "Country Savings", *["-1850.00", "0.00", "0.00"][: len(labels)], account="b-1"),
            row("Row", "My Big Bank", *["2146.37", "2020.00", "0.00"][: len(labels)], account="b-2"),
            row("SummaryRow", "Total Bank", *["296.37", "2020.00", "0.00"][: len(labels)]),
        ),
        {"RowType": "Section", "Title": "Inventory"},
        section("", row("SummaryRow", "Total Assets", *["296.37", "2020.00", "0.00"][: len(labels)])),
        section("Liabilities"),
        section("", row("SummaryRow", "Total Liabilities", *["0.00", "0.00", "0.00"][: len(labels)])),
        section("", row("Row", "Net Assets", *["296.37", "2020.00", "0.00"][: len(labels)])),
        section(
            "Equity",
            row("Row", "Current Year Earnings", *["114.62", "2020.00", "0.00"][: len(labels)], account=NOBODY),
            row("Row", "Retained Earnings", *["181.75", "0.00", "0.00"][: len(labels)], account="e-1"),
            row("SummaryRow", "Total Equity", *["296.37", "2020.00", "0.00"][: len(labels)]),
        ),
    )


def statement(month):
    return [(line.section, line.line_type, line.account_id, line.account_name, line.amount) for line in month.rows]


def test_one_day_of_a_balance_sheet_is_its_first_column_and_the_year_before_is_left(client):
    app = serve(sheet("30 Apr 2019", "30 Apr 2018"))
    (april,) = pull(client, app, "balance_sheet", APRIL)
    assert app.paths == ["Reports/BalanceSheet?standardLayout=true&date=2019-04-30"]
    assert april.period_end == date(2019, 4, 30)
    assert statement(april) == [
        ("Assets > Bank", "account", "b-1", "Country Savings", Decimal("-1850.00")),
        ("Assets > Bank", "account", "b-2", "My Big Bank", Decimal("2146.37")),
        ("Assets > Bank", "total", None, "Total Bank", Decimal("296.37")),
        ("Assets", "total", None, "Total Assets", Decimal("296.37")),
        ("Liabilities", "total", None, "Total Liabilities", Decimal("0.00")),
        ("", "total", None, "Net Assets", Decimal("296.37")),
        ("Equity", "account", NOBODY, "Current Year Earnings", Decimal("114.62")),
        ("Equity", "account", "e-1", "Retained Earnings", Decimal("181.75")),
        ("Equity", "total", None, "Total Equity", Decimal("296.37")),
    ]


def test_the_ends_of_three_months_are_one_call_without_the_accounts_that_were_empty(client):
    app = serve(sheet("30 Apr 2019", "31 Mar 2019", "28 Feb 2019"))
    february, march, april = pull(client, app, "balance_sheet", FEBRUARY, MARCH, APRIL)
    assert app.paths == ["Reports/BalanceSheet?standardLayout=true&date=2019-04-30&periods=2&timeframe=MONTH"]
    assert [line.account_name for line in march.rows if line.line_type == "account"] == [
        "My Big Bank",
        "Current Year Earnings",
    ]
    assert [line.account_name for line in february.rows] == ["Total Assets", "Total Liabilities", "Net Assets"]
    assert len(april.rows) == 9


@pytest.mark.parametrize("title", ["Bank", "Total Bank", "Fixed Assets"])
def test_an_empty_section_that_no_total_closes_is_no_group(client, title):
    report = laid_out(
        ("", "30 Apr 2019"), section(title), section("Equity", row("Row", "Capital", "1.00", account="e"))
    )
    (april,) = pull(client, serve(report), "balance_sheet", APRIL)
    assert [line.section for line in april.rows] == ["Equity"]


def test_groups_within_groups_close_in_their_order(client):
    report = laid_out(
        ("", "30 Apr 2019"),
        section("Assets"),
        section("Fixed Assets"),
        section("Tangible", row("Row", "Van", "1.00", account="v"), row("SummaryRow", "Total Tangible", "1.00")),
        section("", row("SummaryRow", "Total Fixed Assets", "1.00")),
        section("Cash", row("Row", "Till", "2.00", account="t")),
        section("", row("SummaryRow", "TOTAL ASSETS", "3.00")),
        section("Equity", row("Row", "Capital", "3.00", account="e")),
    )
    (april,) = pull(client, serve(report), "balance_sheet", APRIL)
    assert [(line.section, line.account_name) for line in april.rows] == [
        ("Assets > Fixed Assets > Tangible", "Van"),
        ("Assets > Fixed Assets > Tangible", "Total Tangible"),
        ("Assets > Fixed Assets", "Total Fixed Assets"),
        ("Assets > Cash", "Till"),
        ("Assets", "TOTAL ASSETS"),
        ("Equity", "Capital"),
    ]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(POSTINGS, st.sets(st.integers(0, 17), min_size=1))
def test_a_balance_sheet_out_of_a_window_is_the_one_asked_for_alone(client, postings, wanted):
    months = [add_months(date(2025, 1, 1), index) for index in sorted(wanted)]
    report, together = report_named("balance_sheet"), Sheet(postings, label="{:%d %b %Y}")
    found = facts(report_months(client(together), TENANT, report, months))
    alone = [
        fact
        for month in months
        for fact in facts(report_months(client(Sheet(postings, label="{:%d %b %Y}")), TENANT, report, [month]))
    ]
    assert found == alone
    assert len(together.requests) <= 2


def test_days_that_are_no_ends_of_months_are_asked_for_one_by_one(client):
    app = Sheet([(date(2019, month, 28), "Income", "Sales", Decimal(month)) for month in (1, 2, 3)], last_day=False)
    found = pull(client, app, "balance_sheet", *(date(2019, month, 1) for month in (1, 2, 3)))
    assert [month.rows[0].amount for month in found] == [1, 3, 6]
    assert len(app.requests) == 4


@pytest.mark.parametrize(
    ("name", "report", "flaw"),
    [
        ("balance_sheet", sheet("31 Mar 2019", "31 Mar 2018"), "asked for 2019-04-30, its column says 2019-03-31"),
        ("balance_sheet", sheet("30 Apr 2019", "31 Mar 2019", "28 Feb 2019"), "3 columns for one month"),
        ("budget_summary", laid_out(("Account", "May-19")), "its column says 2019-05-31"),
        ("executive_summary", laid_out(("", "May 2019", "Apr 2019", "Variance")), "its column says 2019-05-31"),
        ("executive_summary", laid_out(("", "Apr 2019", "Mar 2019")), "has the columns Apr 2019, Mar 2019"),
        ("trial_balance", laid_out(("Account", "Debit"), titles=["As at 30 April 2019"]), "no column credit"),
        (
            "trial_balance",
            laid_out(("Account", "Debit", "Credit", "YTD Debit", "YTD Credit"), titles=["As at 31 March 2019"]),
            "asked for 2019-04-30, its title says 2019-03-31",
        ),
        (
            "bank_summary",
            laid_out(("Bank Accounts",), titles=["From 1 March 2019 to 31 March 2019"]),
            "its title says 2019-03-31",
        ),
    ],
)
def test_a_report_of_another_month_or_layout_is_refused(client, name, report, flaw):
    with pytest.raises(UnreadableAnswer, match=flaw):
        pull(client, serve(report), name, APRIL)


def test_a_trial_balance_keeps_both_sides_and_a_blank_one_is_zero(client):
    report = laid_out(
        ("Account", "Debit", "Credit", "YTD Debit", "YTD Credit"),
        section("Revenue", row("Row", "Sales (400)", "", "200.00", None, "1020.22", account="s")),
        section("Assets", row("Row", "Accounts Receivable (120)", "200.00", "", "1020.22", "", account="r")),
        section("", row("SummaryRow", "Total", "200.00", "200.00", "1020.22", "1020.22")),
        titles=["As at 24 April 2019"],
    )
    app = serve(report)
    (april,) = pull(client, app, "trial_balance_cash", APRIL)
    assert app.paths == ["Reports/TrialBalance?paymentsOnly=true&date=2019-04-30"]
    assert [
        (x.section, x.line_type, x.account_id, x.account_name, x.debit, x.credit, x.ytd_debit, x.ytd_credit, x.position)
        for x in april.rows
    ] == [
        ("Revenue", "account", "s", "Sales (400)", 0, 200, 0, Decimal("1020.22"), 1),
        ("Assets", "account", "r", "Accounts Receivable (120)", 200, 0, Decimal("1020.22"), 0, 2),
        ("", "total", None, "Total", 200, 200, Decimal("1020.22"), Decimal("1020.22"), 3),
    ]


def test_an_executive_summary_keeps_the_text_and_the_number_and_its_unit(client):
    report = laid_out(
        ("", "Apr 2019", "Mar 2019", "Variance"),
        section("Balance Sheet", row("Row", "Debtors", "590.00", "550.00", "7.3%")),
        section("Income", row("Row", "Number of invoices issued", "1", "0", "0.0%")),
        section("Performance", row("Row", "Gross profit margin", "100.0%", "", "0.0%")),
        section(
            "Position",
            row("Row", "Average creditors days", "-6.426484907497565725413826680", "0", "0.0%"),
            row("Row", "Term assets to liabilities", "", "", "0.0%"),
            row("Row", "Something new", "soon", "123456789012345678", "0.0%"),
        ),
    )
    (april,) = pull(client, serve(report), "executive_summary", APRIL)
    assert [(x.line, x.unit, x.this_month, x.this_month_value, x.last_month_value) for x in april.rows] == [
        ("Debtors", "currency", "590.00", 590, 550),
        ("Number of invoices issued", "count", "1", 1, 0),
        ("Gross profit margin", "percent", "100.0%", 100, None),
        ("Average creditors days", "days", "-6.426484907497565725413826680", Decimal("-6.4265"), 0),
        ("Term assets to liabilities", "ratio", "", None, None),
        ("Something new", None, "soon", None, None),
    ]
    assert (april.rows[0].variance, april.rows[0].variance_value) == ("7.3%", Decimal("7.3"))


def test_budgets_go_ahead_from_the_first_month(client):
    report = laid_out(
        ("Account", "Feb-19", "Mar-19", "Apr-19"),
        section("Income", row("Row", "Sales", "1.00", "0.00", "3.00", account="s"), row("SummaryRow", "Total", *"103")),
        section("", row("SummaryRow", "Net Profit", "1.00", "0.00", "3.00")),
    )
    app = serve(report)
    found = pull(client, app, "budget_summary", APRIL, FEBRUARY, MARCH)
    assert app.paths == ["Reports/BudgetSummary?date=2019-02-01&periods=3&timeframe=1"]
    assert [[line.amount for line in month.rows] for month in found] == [[1, 1, 1], [0], [3, 3, 3]]


REGION = TrackingCategory("c-1", "Region", {"North": "o-1", "Total": "o-2"})


def test_a_column_by_tracking_names_its_option_only_where_its_label_is_alone(client):
    report = laid_out(
        ("", "North", "Unassigned", "Total", "Total"),
        section("Income", row("Row", "Sales", "1.00", "0.00", "5.00", "6.00", account="s")),
        section("", row("Row", "Net Profit", "1.00", "0.00", "5.00", "6.00")),
        titles=["1 April 2019 to 30 April 2019"],
    )
    app = serve(report)
    (april,) = pull(client, app, "profit_and_loss_by_tracking", APRIL, categories=[REGION])
    assert app.paths == [
        "Reports/ProfitAndLoss?standardLayout=true&fromDate=2019-04-01&toDate=2019-04-30&trackingCategoryID=c-1"
    ]
    assert [
        (x.option_position, x.tracking_option, x.tracking_option_id, x.account_name, x.amount) for x in april.rows
    ] == [
        (1, "North", "o-1", "Sales", 1),
        (1, "North", "o-1", "Net Profit", 1),
        (2, "Unassigned", None, "Net Profit", 0),
        (3, "Total", None, "Sales", 5),
        (3, "Total", None, "Net Profit", 5),
        (4, "Total", None, "Sales", 6),
        (4, "Total", None, "Net Profit", 6),
    ]
    assert {(x.tracking_category_id, x.tracking_category) for x in april.rows} == {("c-1", "Region")}
    assert json.loads(april.raw) == [report]


def test_an_organisation_without_tracking_has_a_month_without_rows_and_no_call(client):
    app = serve({})
    (april,) = pull(client, app, "profit_and_loss_by_tracking", APRIL)
    assert (april.rows, april.raw, app.requests) == ((), b"[]", [])


@pytest.mark.parametrize("wanted", [[APRIL], [FEBRUARY, MARCH, APRIL], [FEBRUARY, APRIL]])
@pytest.mark.parametrize(
    ("name", "app"),
    [
        ("profit_and_loss", Books([(date(2019, 3, 5), "Income", "Sales", Decimal(7))])),
        ("balance_sheet", Sheet([(date(2019, 3, 5), "Income", "Sales", Decimal(7))], label="{:%d %b %Y}")),
        ("balance_sheet", Sheet([(date(2019, 3, 5), "Income", "Sales", Decimal(7))], last_day=False)),
    ],
)
def test_the_answers_alone_give_the_same_months_again(client, name, app, wanted):
    found = pull(client, app, name, *wanted)
    answers = list({id(answer): answer for month in found for answer in month.answers}.values())
    again = months_in(report_named(name), TENANT, answers, wanted)
    assert [(x.period_start, x.rows, x.raw) for x in again] == [(x.period_start, x.rows, x.raw) for x in found]


def test_every_report_of_the_table_has_a_name_of_its_own_and_its_rows_a_table():
    from xero_pipeline.warehouse.schema.catalogue import table

    names = [report.name for report in reports()]
    assert len(set(names)) == len(names)
    for report in reports():
        assert table(report.table).role == "report"
        assert report.basis == "accrual" or (
            report.params["paymentsOnly"] == "true" and table(report.table).has("basis")
        )


@pytest.mark.parametrize(
    ("text", "cash", "expected"),
    [
        ("trial_balance, bank_summary", False, ["trial_balance", "bank_summary"]),
        ("bank_summary trial_balance", True, ["trial_balance", "bank_summary", "trial_balance_cash"]),
        ("profit_and_loss_cash", False, ["profit_and_loss_cash"]),
    ],
)
def test_the_reports_a_person_names_are_chosen_in_the_order_of_the_table(text, cash, expected):
    assert [report.name for report in chosen_reports(text, cash_basis=cash)] == expected


def test_a_report_that_does_not_exist_is_named_with_those_that_do():
    with pytest.raises(ConfigurationError, match=r"no report balance\. .*bank_summary"):
        chosen_reports("balance,profit_and_loss", cash_basis=False)


@pytest.mark.parametrize(
    ("label", "day"),
    [("Jan-20", date(2020, 1, 31)), ("Feb 2020", date(2020, 2, 29)), ("Variance", None), ("Foo-20", None), ("", None)],
)
def test_a_months_label_is_its_last_day(label, day):
    assert label_month(label) == day


@pytest.mark.parametrize(
    ("titles", "day"),
    [
        (["Trial Balance", "Born on 1 May 2001 Ltd", "As at 30 April 2019"], date(2019, 4, 30)),
        (["Profit & Loss", "Demo", "1 February 2018 to 28 February 2018"], date(2018, 2, 28)),
        (["Profit & Loss", "Demo", "For the month ended 28 February 2018", "Cash Basis"], date(2018, 2, 28)),
        (["Executive Summary", "Demo", "For the month of November 2019"], None),
        ([], None),
    ],
)
def test_the_titles_name_the_last_day(titles, day):
    assert titled_day({"ReportTitles": titles}) == day
