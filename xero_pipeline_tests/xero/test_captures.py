"""The report readers on what Xero really sent: public captures of Demo Company reports (sources in `captures/`).

What a capture says is read a second time here, cell by cell and without our readers, and both must agree: every
figure to the cent, under its label, with the id its first cell carries.
"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from xero_pipeline.xero.reports.aged_reports import aged_rows
from xero_pipeline.xero.reports.catalogue import report_named
from xero_pipeline.xero.reports.executive_summary import executive_summary_rows
from xero_pipeline.xero.reports.parse_statements import balance_sheet_rows, statement_rows
from xero_pipeline.xero.reports.parse_tables import bank_summary_rows, trial_balance_rows
from xero_pipeline.xero.reports.report_months import report_months
from xero_pipeline.xero.reports.tree import column_labels, label_day, label_month, titled_day
from xero_pipeline_tests.xero.fakes import TENANT, App, client_of, envelope, good

CAPTURES = Path(__file__).parent / "captures"
NO_ACCOUNTS_ID = "abababab-abab-abab-abab-abababababab"


def capture(name):
    (report,) = json.loads((CAPTURES / f"{name}.json").read_text(), parse_float=Decimal)["Reports"]
    return report


def said(rows):
    """Every line of a report that has figures, as the capture writes it: label, id, figures."""
    for row in rows:
        yield from said(row.get("Rows", ()))
        if row["RowType"] in ("Row", "SummaryRow"):
            first, *others = row["Cells"]
            marks = [mark["Value"] for mark in first.get("Attributes", ()) if mark["Id"].startswith("account")]
            yield first["Value"], marks[0] if marks else None, [cell.get("Value", "") for cell in others]


def number(text):
    return Decimal(text or 0)


def lines(report, column):
    return [(label, account, number(figures[column])) for label, account, figures in said(report["Rows"])]


@pytest.mark.parametrize("name", ["trial_balance_au_2011", "trial_balance_2019"])
def test_a_real_trial_balance_is_read_line_by_line_with_both_sides(name):
    report = capture(name)
    read = trial_balance_rows(report)
    expected = [(label, account, *map(number, figures)) for label, account, figures in said(report["Rows"])]
    assert [(x.account_name, x.account_id, x.debit, x.credit, x.ytd_debit, x.ytd_credit) for x in read] == expected
    accounts, (total,) = [x for x in read if x.line_type == "account"], [x for x in read if x.line_type == "total"]
    assert len({x.account_id for x in accounts}) == len(accounts) > 10
    for side in ("debit", "credit", "ytd_debit", "ytd_credit"):
        assert sum(getattr(x, side) for x in accounts) == getattr(total, side)
    assert total.debit == total.credit
    assert total.ytd_debit == total.ytd_credit


def test_a_real_trial_balance_names_its_classes_and_its_day():
    report = capture("trial_balance_au_2011")
    assert titled_day(report) == date(2011, 3, 23)
    classes = dict.fromkeys(x.section for x in trial_balance_rows(report))
    assert list(classes) == ["Revenue", "Expenses", "Assets", "Liabilities", ""]


@pytest.mark.parametrize("name", ["balance_sheet_uk_2020", "balance_sheet_uk_2021", "balance_sheet_nz_2019"])
def test_a_real_balance_sheet_loses_no_figure_and_its_sums_are_those_of_its_accounts(name):
    report = capture(name)
    for column in range(len(column_labels(report))):
        read = balance_sheet_rows(report, column)
        found = [(x.account_name, x.account_id, x.amount) for x in read]
        # An account that has nothing on the day is left out, and the sum of a section in which none is left.
        assert [line for line in lines(report, column) if line[2]] == [line for line in found if line[2]]
        assert not [line for line in found if line not in lines(report, column)]
        accounts = [x for x in read if x.line_type == "account"]
        total = {x.account_name: x.amount for x in read if x.line_type == "total"}
        for group in ("Assets", "Liabilities", "Equity"):
            under = [x.amount for x in accounts if x.section.split(" > ")[0] == group]
            assert sum(under) == total.get(f"Total {group}", 0), group
        assert total["Total Assets"] - total.get("Total Liabilities", 0) == total["Net Assets"]


def test_real_balance_sheets_of_2021_give_the_earnings_of_the_year_an_id_that_is_no_accounts():
    now, before = (balance_sheet_rows(capture("balance_sheet_uk_2021"), column) for column in (0, 1))
    earnings = [
        (x.section, x.account_name, x.account_id, x.amount)
        for x in (*now, *before)
        if x.account_name.endswith("Earnings") and x.line_type == "account"
    ]
    assert earnings == [
        ("Equity", "Current Year Earnings", NO_ACCOUNTS_ID, Decimal("17863.06")),
        ("Equity", "Retained Earnings", "524c9f2d-e680-4861-82f6-4ad171b51de5", Decimal("-7961.99")),
        ("Equity", "Current Year Earnings", NO_ACCOUNTS_ID, Decimal("-8286.28")),
    ]


def test_the_columns_of_a_real_balance_sheet_are_the_month_and_the_same_month_a_year_before():
    labels = column_labels(capture("balance_sheet_uk_2021"))
    assert [label_day(label) for label in labels] == [date(2021, 2, 28), date(2020, 2, 29)]


def test_a_real_bank_summary_is_read_with_the_account_of_its_first_cell():
    report = capture("bank_summary_au_2019")
    (row,) = bank_summary_rows(report)
    *expected, _total = [(label, account, *map(number, figures)) for label, account, figures in said(report["Rows"])]
    amounts = (row.opening_balance, row.cash_received, row.cash_spent, row.closing_balance)
    assert [(row.account_name, row.account_id, *amounts)] == expected
    assert titled_day(report) == date(2019, 4, 30)


def test_a_real_executive_summary_keeps_every_text_and_what_it_says_as_a_number():
    report = capture("executive_summary_2019")
    read = executive_summary_rows(report)
    assert [(x.line, None, [x.this_month, x.last_month, x.variance]) for x in read] == list(said(report["Rows"]))
    for x in read:
        for text, value in (
            (x.this_month, x.this_month_value),
            (x.last_month, x.last_month_value),
            (x.variance, x.variance_value),
        ):
            assert value == (round(Decimal(text.rstrip("%")), 4) if text else None), x.line
    assert {x.unit for x in read} == {"currency", "percent", "days", "count", "ratio"}


def test_a_real_budget_without_an_amount_still_says_its_sums_for_every_month():
    report = capture("budget_summary_2019")
    labels = column_labels(report)
    assert [label_month(label) for label in labels][:2] == [date(2020, 1, 31), date(2020, 4, 30)]
    for column in range(len(labels)):
        read = statement_rows(report, column)
        assert [(x.account_name, x.account_id, x.amount) for x in read] == lines(report, column)
        assert {x.line_type for x in read} == {"total"}


@pytest.mark.parametrize("name", ["aged_payables_2019", "aged_receivables_2019"])
def test_a_real_report_by_age_is_read_line_by_line_with_the_document_of_each(name):
    report = capture(name)
    read = aged_rows(report)
    shown = [
        row
        for top in report["Rows"]
        for row in top.get("Rows", ())
        if row["RowType"] == "Row" and any(number(cell.get("Value")) for cell in row["Cells"][4:])
    ]
    amounts = [(x.total, x.paid, x.credited, x.due) for x in read]
    assert amounts == [tuple(number(cell.get("Value")) for cell in row["Cells"][4:]) for row in shown]
    assert [x.number for x in read] == [row["Cells"][1]["Value"] for row in shown]
    assert [x.invoice_id for x in read if x.line_type == "invoice"] == [
        row["Cells"][0]["Attributes"][0]["Value"] for row in shown if row["Cells"][0].get("Attributes")
    ]


def cells(label, *figures, account=None):
    marks = {"Attributes": [{"Value": account, "Id": "account"}]} if account else {}
    return [{"Value": label, **marks}, *({"Value": figure, **marks} for figure in figures)]


def section(title, *rows):
    return {"RowType": "Section", **({} if title is None else {"Title": title}), "Rows": list(rows)}


# Made up, as the captures it restates have no licence: AryaII/Xero-Hackthon server/xero/__fixtures__ (Demo Company
# (UK), July 2026, twelve months in one call) and the example on Xero's page "Reports".
SEVERAL_MONTHS = {
    "ReportTitles": ["Profit and Loss", "Some Company", "1 July 2026 to 31 July 2026"],
    "Rows": [
        {"RowType": "Header", "Cells": cells("", "31 Jul 26", "30 Jun 26")},
        section(
            " Income",
            {"RowType": "Row", "Cells": cells("Sales", "50.80", "137.20", account="s")},
            {"RowType": "SummaryRow", "Cells": cells("Total Income", "50.80", "137.20")},
        ),
        section(
            "Less Cost of Sales",
            {"RowType": "Row", "Cells": cells("Purchases", "0.00", "19.50", account="p")},
            {"RowType": "SummaryRow", "Cells": cells("Total Cost of Sales", "0.00", "19.50")},
        ),
        section("", {"RowType": "Row", "Cells": cells("Gross Profit", "50.80", "117.70")}),
        section(
            "Less Operating Expenses",
            {"RowType": "Row", "Cells": cells("Postage", "-10.00", "104.19", account="f")},
            {"RowType": "Row", "Cells": cells("Repairs", "0.00", "0.00", account="r")},
            {"RowType": "Row", "Cells": cells("Foreign Currency Gains and Losses", "1.25", "", account="FXGROUPID")},
            {"RowType": "SummaryRow", "Cells": cells("Total Operating Expenses", "-8.75", "104.19")},
        ),
        section(None, {"RowType": "Row", "Cells": cells("NET PROFIT", "59.55", "13.51")}),
    ],
}


def test_of_several_months_each_has_its_own_accounts_with_the_sign_xero_shows():
    july, june = (
        [(x.section, x.account_name, x.account_id, x.amount) for x in statement_rows(SEVERAL_MONTHS, column)]
        for column in (0, 1)
    )
    assert july == [
        ("Income", "Sales", "s", Decimal("50.80")),
        ("Income", "Total Income", None, Decimal("50.80")),
        ("", "Gross Profit", None, Decimal("50.80")),
        ("Less Operating Expenses", "Postage", "f", Decimal("-10.00")),
        ("Less Operating Expenses", "Foreign Currency Gains and Losses", "FXGROUPID", Decimal("1.25")),
        ("Less Operating Expenses", "Total Operating Expenses", None, Decimal("-8.75")),
        ("", "NET PROFIT", None, Decimal("59.55")),
    ]
    assert [line[1] for line in june if line[2]] == ["Sales", "Purchases", "Postage"]
    assert june[-1] == ("", "NET PROFIT", None, Decimal("13.51"))


def test_a_bank_accounts_line_without_its_id_is_kept_and_the_total_is_not():
    report = {
        "Rows": [
            {
                "RowType": "Header",
                "Cells": cells("Bank Accounts", "Opening Balance", "Cash Received", "Cash Spent", "Closing Balance"),
            },
            section(
                "",
                {"RowType": "Row", "Cells": cells("Till", "1.00", "2.00", "0.50", "2.50")},
                {"RowType": "SummaryRow", "Cells": cells("Total", "1.00", "2.00", "0.50", "2.50")},
            ),
        ]
    }
    assert [(x.account_id, x.account_name, x.closing_balance) for x in bank_summary_rows(report)] == [
        (None, "Till", Decimal("2.50"))
    ]


def test_a_line_of_a_report_by_age_that_is_paid_already_and_has_no_document_is_kept():
    head = cells("Date", "Number", "Due Date", "", "Total", "Paid", "Credited", "Due")
    told = cells("2026-07-01T00:00:00", "Opening Balance", "", "", "100.00", "100.00", "0.00", "0.00")
    nothing = cells("2026-07-01T00:00:00", "Opening Balance", "", "", "", "", "", "0.00")
    lines_by_age = section("", {"RowType": "Row", "Cells": told}, {"RowType": "Row", "Cells": nothing})
    (row,) = aged_rows({"Rows": [{"RowType": "Header", "Cells": head}, lines_by_age]})
    assert (row.line_type, row.total, row.paid, row.due) == ("other", 100, 100, 0)


@pytest.mark.parametrize(
    ("name", "file", "month"),
    [
        ("balance_sheet", "balance_sheet_uk_2021", date(2021, 2, 1)),
        ("balance_sheet", "balance_sheet_uk_2020", date(2020, 1, 1)),
        ("trial_balance", "trial_balance_au_2011", date(2011, 3, 1)),
        ("trial_balance", "trial_balance_2019", date(2019, 4, 1)),
        ("bank_summary", "bank_summary_au_2019", date(2019, 4, 1)),
        ("executive_summary", "executive_summary_2019", date(2019, 11, 1)),
    ],
)
def test_a_real_report_is_taken_for_the_month_it_was_asked_for(engine, clock, name, file, month):
    app = App()
    app.answer = lambda request: good(envelope("Reports", [capture(file)]))
    client = client_of(app, engine, clock)
    (found,) = report_months(client, TENANT, report_named(name), [month])
    client.close()
    assert found.period_start == month
    assert found.rows
    assert len(app.requests) == 1
