"""Statements with several columns: each column is what the statement of its days alone says."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.ledger.statements import columns
from xero_pipeline.ledger.statements.balance_sheet import balance_sheet
from xero_pipeline.ledger.statements.columns import COMPARISONS, PARTS, StatementColumn, beside, in_parts
from xero_pipeline.ledger.statements.periods import Period, YearEnd
from xero_pipeline.ledger.statements.profit_and_loss import profit_and_loss
from xero_pipeline.ledger.statements.tracking_columns import profit_and_loss_by_option, tracking_categories
from xero_pipeline_tests.ledger.statements.conftest import FIRST, TODAY
from xero_pipeline_tests.ledger.statements.shelves import numbers

MARCH = YearEnd(31, 3)
DAYS = st.dates(FIRST - dt.timedelta(40), TODAY + dt.timedelta(40))
PERIODS = st.lists(DAYS, min_size=2, max_size=2).map(sorted).map(lambda days: Period(*days))
ASKED = settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])


def the_column(found, place):
    """The lines of one column that say something."""
    return [(line.section, line.account_name, line.amounts[place]) for line in found.lines if line.amounts[place]]


def alone(lines):
    return [(line.section, line.account_name, line.amount) for line in lines if line.amount]


@ASKED
@given(st.lists(PERIODS, min_size=1, max_size=4))
def test_each_column_of_a_profit_and_loss_is_that_of_its_period(here, periods):
    asked = [StatementColumn(str(period), period) for period in periods]
    found = columns.profit_and_loss_by_period(here.connection, here.tenant_id, asked)
    for place, period in enumerate(periods):
        assert the_column(found, place) == alone(
            profit_and_loss(here.connection, here.tenant_id, period.start, period.end)
        )


@ASKED
@given(st.lists(PERIODS, min_size=1, max_size=4))
def test_each_column_of_a_balance_sheet_is_that_of_its_last_day(here, periods):
    asked = [StatementColumn(str(period), period) for period in periods]
    found = columns.balance_sheet_by_day(here.connection, here.tenant_id, asked)
    for place, period in enumerate(periods):
        assert the_column(found, place) == alone(balance_sheet(here.connection, here.tenant_id, period.end))


@pytest.mark.parametrize("place", [0, 1])
def test_columns_by_tracking_option_are_those_of_xero(here, place):
    category = here.company.records("TrackingCategories")[place]
    name, period = category["Name"], Period(FIRST, TODAY)
    found = profit_and_loss_by_option(here.connection, here.tenant_id, period, name.upper())
    days = {"fromDate": FIRST.isoformat(), "toDate": TODAY.isoformat(), "standardLayout": "true"}
    report = here.company.report("ProfitAndLoss", {**days, "trackingCategoryID": category["TrackingCategoryID"]}, TODAY)
    head = [cell["Value"] for cell in report["Rows"][0]["Cells"][1:]]
    theirs = {
        (option, row["Cells"][0]["Value"]): Decimal(cell["Value"])
        for section in report["Rows"][1:]
        for row in section["Rows"]
        for option, cell in zip(head, row["Cells"][1:], strict=True)
    }
    ours = {
        (column.label, line.account_name): amount
        for line in found.lines
        for column, amount in zip(found.columns, line.amounts, strict=True)
    }
    assert {key: amount for key, amount in ours.items() if amount} == {k: v for k, v in theirs.items() if v}


def sold(books, name, /, **tracking):
    """A sale of 100, perhaps with an option of a tracking category."""
    books.document("invoices", name, "ACCREC", [("sales", "100")])
    if tracking:
        books.put("invoice_line_item_tracking", invoice_id=name, line_item_id=f"{name}/1", position=1, **tracking)


def sales_by(books, category):
    """By the label of each column what was sold."""
    books.change("UPDATE xero.accounts SET type = 'REVENUE' WHERE account_id = 'sales'")
    books.post()
    with books.warehouse.reading() as connection:
        period = Period(dt.date(2026, 1, 1), dt.date(2026, 1, 31))
        found = profit_and_loss_by_option(connection, "t", period, category)
    (line,) = (line for line in found.lines if line.account_name == "sales")
    return {one.label: amount for one, amount in zip(found.columns, line.amounts, strict=True)}


def test_a_tracking_option_and_its_category_go_by_the_names_they_have_today(books):
    ids = {"tracking_category_id": "c", "tracking_option_id": "o"}
    sold(books, "a", **ids, name="Area", option="North")
    sold(books, "b", **ids, name="Region", option="Northland")
    sold(books, "d", name="Region", option="South")
    books.put("tracking_categories", tracking_category_id="c", name="Region", status="ACTIVE")
    books.put("tracking_options", **ids, name="Northland", status="ACTIVE")
    assert sales_by(books, "region") == {"Northland": 200, "South": 100, "Total": 300}
    with books.warehouse.reading() as connection:
        assert tracking_categories(connection, "t") == ["Region"]


def test_an_option_called_unassigned_is_added_to_what_has_none(books):
    sold(books, "a", name="Region", option="Unassigned")
    sold(books, "b", name="Region", option="")
    sold(books, "d")
    sold(books, "e", name="Region", option="North")
    assert sales_by(books, "Region") == {"North": 100, "Unassigned": 300, "Total": 400}


def test_a_tracking_category_that_no_line_has_is_refused_with_those_there_are(here):
    with pytest.raises(ConfigurationError, match=r"neither month nor quarter nor .* The ledger has .*\bRegion\."):
        profit_and_loss_by_option(here.connection, here.tenant_id, Period(FIRST, TODAY), "Planet")


@pytest.mark.parametrize(
    ("period", "prior", "year_before", "to_date"),
    [
        (("2028-02-01", "2028-02-29"), ("2028-01-01", "2028-01-31"), ("2027-02-01", "2027-02-28"), "2027-04-01"),
        (("2027-02-01", "2027-02-28"), ("2027-01-01", "2027-01-31"), ("2026-02-01", "2026-02-28"), "2026-04-01"),
        (("2029-02-01", "2029-02-28"), ("2029-01-01", "2029-01-31"), ("2028-02-01", "2028-02-29"), "2028-04-01"),
        (("2028-04-01", "2028-06-30"), ("2028-01-01", "2028-03-31"), ("2027-04-01", "2027-06-30"), "2028-04-01"),
        (("2028-04-10", "2028-04-16"), ("2028-04-03", "2028-04-09"), ("2027-04-10", "2027-04-16"), "2028-04-01"),
        (("2028-02-29", "2028-02-29"), ("2028-02-28", "2028-02-28"), ("2027-02-28", "2027-02-28"), "2027-04-01"),
    ],
)
def test_whole_months_are_compared_with_whole_months_and_days_with_as_many_days(period, prior, year_before, to_date):
    one, *others = beside(_period(*period), COMPARISONS, MARCH)
    assert one.period == _period(*period)
    assert [other.period for other in others] == [_period(*prior), _period(*year_before), _period(to_date, period[1])]


@given(PERIODS, st.sampled_from(PARTS))
def test_the_parts_of_a_period_are_all_its_days_once(period, part):
    parts = [one.period for one in in_parts(period, part)]
    assert (parts[0].start, parts[-1].end) == (period.start, period.end)
    assert all(after.start - before.end == dt.timedelta(1) for before, after in pairwise(parts))
    assert all(one.start.day == 1 for one in parts[1:])


def _period(start, end):
    return Period(dt.date.fromisoformat(start), dt.date.fromisoformat(end))


WHOSE = ("--from", "2028-01", "--to", "2028-02")


@pytest.mark.parametrize(
    ("words", "labels"),
    [
        (("profit-and-loss", *WHOSE, "--compare", "prior-year"), ["Jan 2028 to Feb 2028", "Prior year"]),
        (("profit-and-loss", *WHOSE, "--by", "month"), ["Jan 2028", "Feb 2028", "Total"]),
        (
            ("balance-sheet", "--as-of", "2028-02", "--compare", "prior-period", "--compare", "prior-year"),
            ["2028-02-29", "Prior period", "Prior year"],
        ),
        (("balance-sheet", "--as-of", "2028-02", "--by", "quarter"), [f"20{d}" for d in ("27-06-30", "27-09-30")]),
    ],
)
def test_people_programs_and_spreadsheets_read_the_same_columns(run, companies, words, labels):
    whose = ("--organisation", companies[0].name)
    told = json.loads(run(*words, *whose, "--json")[1])
    assert [one["label"] for one in told["columns"]][: len(labels)] == labels
    code, shown, said = run(*words, *whose)
    assert (code, said) == (0, "")
    amounts = {Decimal(amount) for row in told["rows"] for amount in row["amounts"]}
    assert amounts - {Decimal(0)} <= numbers(shown)
    head, *lines = run(*words, *whose, "--csv")[1].splitlines()
    heads = [one for one in head.split(",") if ":" not in one]
    assert heads == ["section", "line_type", "account_id", "account_name", *(one["label"] for one in told["columns"])]
    assert len(lines) == len(told["rows"])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("profit-and-loss", "--compare", "last-week"), "name prior-period, prior-year, year-to-date"),
        (("profit-and-loss", "--compare", "prior-year", "--by", "month"), "exclude each other"),
        (("balance-sheet", "--compare", "year-to-date"), "a balance sheet is of a day"),
        (("balance-sheet", "--by", "Region"), "by month or quarter"),
    ],
)
def test_what_no_column_can_show_is_refused(run, companies, words, told):
    code, shown, said = run(*words, "--organisation", companies[0].name)
    assert (code, shown) == (2, "")
    assert told in " ".join(said.split())
