from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xero_pipeline_tests.simulator.laws import ZERO, profit_and_loss, rows_of, value_of
from xero_simulator.books import build_company
from xero_simulator.company import Company
from xero_simulator.config import BooksConfig
from xero_simulator.reports.request import BadReportRequest
from xero_simulator.values.days import add_months, month_end

TODAY = dt.date(2026, 11, 22)


@pytest.fixture(scope="module")
def company() -> Company:
    return build_company(BooksConfig(today=TODAY, invoices=700, months=14), 0)


def header_of(report: dict) -> list[str]:
    return [cell["Value"] for cell in report["Rows"][0]["Cells"]]


def column(report: dict, place: int) -> dict[tuple[str, str], Decimal]:
    """The account rows of one column that are not zero, and every total."""
    rows = {(key, label): Decimal(values[place]) for key, label, values in rows_of(report)}
    return {key: value for key, value in rows.items() if value or key[1] in {"Gross Profit", "Net Profit"}}


@settings(max_examples=10, deadline=None, derandomize=True)
@given(st.integers(0, 10**6), st.integers(0, 2))
def test_periods_from_a_31_day_month_equal_single_months(seed: int, index: int) -> None:
    company = build_company(BooksConfig(today=TODAY, invoices=150, months=13, seed=seed), index)
    anchor = dt.date(2026, 12, 1)
    many = profit_and_loss(company, anchor, periods="11", timeframe="MONTH")
    for place in range(12):
        month = add_months(anchor, -place)
        single = column(profit_and_loss(company, month), 0)
        assert column(many, place) == single
        end = month_end(month)
        assert header_of(many)[place + 1] == f"{end.day} {end:%b %y}"


def test_periods_from_a_short_month_cut_every_month_to_as_many_days(company: Company) -> None:
    many = profit_and_loss(company, dt.date(2026, 2, 1), periods="2", timeframe="MONTH")
    assert header_of(many) == ["", "28 Feb 26", "28 Jan 26", "28 Dec 25"]
    cut = {"fromDate": "2026-01-01", "toDate": "2026-01-28", "standardLayout": "true"}
    assert column(many, 1) == column(company.report("ProfitAndLoss", cut, TODAY), 0)


@pytest.mark.parametrize("name", ["ProfitAndLoss", "BankSummary"])
def test_more_than_365_days_are_refused_in_xeros_words(company: Company, name: str) -> None:
    with pytest.raises(BadReportRequest) as refused:
        company.report(name, {"fromDate": "2025-01-01", "toDate": "2026-01-02"}, TODAY)
    assert refused.value.message == "The fromDate and toDate parameters must be with 365 days of each other"


def test_365_days_apart_are_answered(company: Company) -> None:
    report = company.report("ProfitAndLoss", {"fromDate": "2025-01-01", "toDate": "2026-01-01"}, TODAY)
    assert report["ReportTitles"][2] == "1 January 2025 to 1 January 2026"


@pytest.mark.parametrize("params", [{"fromDate": "soon"}, {"periods": "12"}, {"timeframe": "WEEK"}])
def test_parameters_that_are_none_are_refused(company: Company, params: dict[str, str]) -> None:
    with pytest.raises(BadReportRequest):
        company.report("ProfitAndLoss", params, TODAY)


def test_profit_lines_are_rows_without_attributes_in_untitled_sections(company: Company) -> None:
    report = profit_and_loss(company, dt.date(2026, 10, 1))
    for label in ("Gross Profit", "Net Profit"):
        section = next(
            part for part in report["Rows"] if part.get("Rows") and part["Rows"][0]["Cells"][0]["Value"] == label
        )
        assert section["Title"] == ""
        assert section["Rows"][0]["RowType"] == "Row"
        assert all("Attributes" not in cell for cell in section["Rows"][0]["Cells"])


def test_currency_accounts_are_folded_into_one_row_but_not_in_australia(company: Company) -> None:
    month = dt.date(2026, 10, 1)
    folded = [key for key, _, _ in rows_of(profit_and_loss(company, month)) if key == "FXGROUPID"]
    assert len(folded) == 1
    australian = build_company(BooksConfig(today=TODAY, invoices=300, months=6), 2)
    keys = [key for key, _, _ in rows_of(profit_and_loss(australian, month))]
    assert "FXGROUPID" not in keys
    assert australian.bench.account_id("499") in keys


def test_accounts_without_activity_are_left_out(company: Company) -> None:
    lines = [(key, values) for key, _, values in rows_of(profit_and_loss(company, dt.date(2026, 10, 1))) if key]
    assert all(Decimal(values[0]) for _, values in lines)
    report = profit_and_loss(company, dt.date(2020, 1, 1))
    assert [label for _, label, _ in rows_of(report)] == ["Gross Profit", "Net Profit"]


def test_amounts_are_strings_with_two_decimals_and_no_separators(company: Company) -> None:
    for name in ("ProfitAndLoss", "BalanceSheet", "BankSummary"):
        for _, label, values in rows_of(company.report(name, {}, TODAY)):
            for value in values:
                assert value == str(Decimal(value).quantize(Decimal("0.01"))), (name, label)


def test_the_balance_sheet_shows_the_same_month_end_a_year_before(company: Company) -> None:
    report = company.report("BalanceSheet", {"date": "2026-10-05"}, TODAY)
    assert header_of(report) == ["", "31 Oct 2026", "31 Oct 2025"]
    earlier = company.report("BalanceSheet", {"date": "2025-10-31"}, TODAY)
    assert value_of(report, "Net Assets", 1) == value_of(earlier, "Net Assets", 0)


def test_current_year_earnings_name_their_days_in_the_american_way(company: Company) -> None:
    report = company.report("BalanceSheet", {"date": "2026-10-31"}, TODAY)
    row = next(
        row for part in report["Rows"] for row in part.get("Rows", []) if "Current Year" in row["Cells"][0]["Value"]
    )
    attributes = {entry["Id"]: entry["Value"] for entry in row["Cells"][1]["Attributes"]}
    assert attributes == {
        "account": "abababab-abab-abab-abab-abababababab",
        "fromDate": "4/1/2026",
        "toDate": "10/31/2026",
    }


def test_last_years_profit_is_retained_on_the_first_day_of_the_new_year(company: Company) -> None:
    before = company.report("BalanceSheet", {"date": "2026-03-31"}, TODAY)
    after = company.report("BalanceSheet", {"date": "2026-04-30"}, TODAY)
    carried = value_of(before, "Current Year Earnings") + value_of(before, "Retained Earnings")
    assert value_of(after, "Retained Earnings") == carried


def test_a_year_that_ends_on_the_29th_of_february_ends_on_the_28th_in_other_years() -> None:
    british = build_company(BooksConfig(today=dt.date(2027, 3, 10), invoices=60, months=6), 1)
    sheet = british.report("BalanceSheet", {"date": "2027-03-31"}, dt.date(2027, 3, 10))
    row = next(
        row for part in sheet["Rows"] for row in part.get("Rows", []) if "Current Year" in row["Cells"][0]["Value"]
    )
    assert {"Value": "3/1/2027", "Id": "fromDate"} in row["Cells"][1]["Attributes"]


def test_the_trial_balance_labels_accounts_with_their_code_and_leaves_one_side_blank(company: Company) -> None:
    report = company.report("TrialBalance", {"date": "2026-10-31"}, TODAY)
    lines = [(label, values) for key, label, values in rows_of(report) if key]
    assert "Sales (200)" in [label for label, _ in lines]
    for label, values in lines:
        assert sorted(value == "" for value in values) == [False, False, True, True], label


def test_the_bank_summary_marks_its_cells_with_two_different_names(company: Company) -> None:
    report = company.report("BankSummary", {}, TODAY)
    cells = report["Rows"][1]["Rows"][0]["Cells"]
    names = [[entry["Id"] for entry in cell.get("Attributes", [])] for cell in cells]
    assert names == [["accountID"], [], ["account"], ["account"], []]


def test_cash_basis_counts_what_was_paid_when_it_was_paid(company: Company) -> None:
    from xero_simulator.reports.cash_basis import cash_postings

    paid = next(
        row
        for row in company.records("Invoices")
        if row["Status"] == "PAID"
        and len(row["Payments"]) == 2
        and not row["AmountCredited"]
        and row["CurrencyRate"] == 1
    )
    ids = {entry["PaymentID"] for entry in paid["Payments"]}
    results = {row["AccountID"] for row in company.records("Accounts") if row["Class"] in {"REVENUE", "EXPENSE"}}
    cash = [
        posting
        for posting in cash_postings(company)
        if posting.source_id == paid["InvoiceID"] and posting.account_id in results
    ]
    sign = -1 if paid["Type"] == "ACCREC" else 1
    assert {posting.journal_id for posting in cash} == ids
    assert sum((posting.net_amount for posting in cash), ZERO) == sign * paid["SubTotal"]
    assert len({posting.date for posting in cash}) == 2


def test_every_journal_balances_on_cash_basis_too(company: Company) -> None:
    from xero_simulator.reports.cash_basis import cash_postings

    sums: dict[tuple[str, str], Decimal] = {}
    for posting in cash_postings(company):
        key = (posting.source_id, posting.journal_id)
        sums[key] = sums.get(key, ZERO) + posting.net_amount
    assert {key: value for key, value in sums.items() if value} == {}


def test_on_cash_basis_what_is_owed_and_due_is_not_there_and_the_sheet_balances(company: Company) -> None:
    params = {"date": "2026-10-31", "standardLayout": "true"}
    accrual = company.report("BalanceSheet", params, TODAY)
    cash = company.report("BalanceSheet", params | {"paymentsOnly": "true"}, TODAY)
    assert value_of(cash, "Net Assets") == value_of(cash, "Total Equity")
    assert abs(value_of(cash, "Accounts Receivable")) < value_of(accrual, "Accounts Receivable") / 5
    assert value_of(cash, "Business Bank Account") == value_of(accrual, "Business Bank Account")


@pytest.mark.parametrize("name", ["ProfitAndLoss", "BalanceSheet"])
def test_without_the_standard_layout_accounts_are_put_together_and_totals_stay(company: Company, name: str) -> None:
    standard = company.report(name, {"standardLayout": "true"}, TODAY)
    own = company.report(name, {}, TODAY)
    titles = [[part.get("Title") for part in report["Rows"]] for report in (standard, own)]
    assert titles[0] != titles[1]
    rows = [len([key for key, _, _ in rows_of(report) if key]) for report in (standard, own)]
    assert rows[1] < rows[0]
    for label in ("Net Profit", "Net Assets", "Total Equity"):
        assert value_of(own, label) == value_of(standard, label)


def test_tracking_columns_add_up_to_the_total(company: Company) -> None:
    category = next(row for row in company.records("TrackingCategories") if row["Name"] == "Region")
    report = profit_and_loss(company, dt.date(2026, 10, 1), trackingCategoryID=category["TrackingCategoryID"])
    assert header_of(report)[-2:] == ["Unassigned", "Total"]
    for _, label, values in rows_of(report):
        *parts, whole = (Decimal(value) for value in values)
        assert sum(parts, ZERO) == whole, label
    assert value_of(report, "Net Profit", -1) == value_of(profit_and_loss(company, dt.date(2026, 10, 1)), "Net Profit")


def test_one_tracking_option_is_one_of_those_columns(company: Company) -> None:
    category = next(row for row in company.records("TrackingCategories") if row["Name"] == "Region")
    option = category["Options"][0]
    both = {"trackingCategoryID": category["TrackingCategoryID"], "trackingOptionID": option["TrackingOptionID"]}
    one = profit_and_loss(company, dt.date(2026, 10, 1), **both)
    every = profit_and_loss(company, dt.date(2026, 10, 1), trackingCategoryID=category["TrackingCategoryID"])
    assert column(one, 0) == column(every, header_of(every).index(option["Name"]) - 1)


def test_aged_receivables_of_all_contacts_come_to_the_open_invoices(company: Company) -> None:
    total = ZERO
    for contact in company.records("Contacts"):
        report = company.report("AgedReceivablesByContact", {"contactID": contact["ContactID"]}, TODAY)
        assert header_of(report)[1] == "Number"
        total += Decimal(rows_of(report)[-1][2][-1])
    from xero_simulator.values.amounts import to_base

    due = sum(
        to_base(row["AmountDue"], row["CurrencyRate"])
        for row in company.records("Invoices")
        if row["Type"] == "ACCREC" and row["Status"] == "AUTHORISED"
    )
    assert total == due


def test_an_aged_report_needs_its_contact(company: Company) -> None:
    with pytest.raises(BadReportRequest):
        company.report("AgedPayablesByContact", {}, TODAY)


def test_the_executive_summary_repeats_the_profit_and_loss(company: Company) -> None:
    report = company.report("ExecutiveSummary", {"date": "2026-10-15"}, TODAY)
    assert header_of(report) == ["", "Oct 2026", "Sep 2026", "Variance"]
    assert value_of(report, "Profit (loss)") == value_of(profit_and_loss(company, dt.date(2026, 10, 1)), "Net Profit")


@pytest.mark.parametrize("index", range(10))
def test_the_executive_summary_answers_in_the_chart_of_every_country(index: int) -> None:
    company = build_company(BooksConfig(today=TODAY, organisations=10, invoices=60, months=4), index)
    report = company.report("ExecutiveSummary", {"date": "2026-10-15"}, TODAY)
    sheet = company.report("BalanceSheet", {"date": "2026-10-31"}, TODAY)
    assert value_of(report, "Profit (loss)") == value_of(profit_and_loss(company, dt.date(2026, 10, 1)), "Net Profit")
    assert value_of(report, "Net assets") == value_of(sheet, "Net Assets")
    for line, system in (("Debtors", "DEBTORS"), ("Creditors", "CREDITORS")):
        (account,) = (row["AccountID"] for row in company.records("Accounts") if row.get("SystemAccount") == system)
        assert value_of(report, line) == {key: Decimal(values[0]) for key, _, values in rows_of(sheet)}[account]


def test_the_budget_summary_sums_months_into_quarters(company: Company) -> None:
    quarters = company.report("BudgetSummary", {"date": "2026-01-10", "periods": "2", "timeframe": "3"}, TODAY)
    months = company.report("BudgetSummary", {"date": "2026-01-10", "periods": "6", "timeframe": "1"}, TODAY)
    assert header_of(quarters) == ["Account", "Mar-26", "Jun-26"]
    thirds = sum((value_of(months, "Net Profit", place) for place in range(3)), ZERO)
    assert value_of(quarters, "Net Profit") == thirds != 0
