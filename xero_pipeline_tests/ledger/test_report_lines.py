"""Lines of Xero's reports that are no account's are known by what they are, whatever their id.

Sources: balance sheets with abababab-… (AryaII/Xero-Hackthon list-report-balance-sheet.json, July 2026;
ajayk131084/balance-sheet data.ts, June 2024; shenoy/xeronodejs balance.js, 2021); the zeros of the example of
GET /Reports/BalanceSheet in Xero's OpenAPI document.
"""

from __future__ import annotations

import datetime as dt

import pytest

JANUARY = dt.date(2026, 1, 31)
SEEN = "abababab-abab-abab-abab-abababababab"
SPECIFIED = "00000000-0000-0000-0000-000000000000"
NEVER_SEEN = "cdcdcdcd-cdcd-cdcd-cdcd-cdcdcdcdcdcd"


def an_invoice_of_100_and_20_tax(books, earnings, *, label="Current Year Earnings"):
    books.document("invoices", "i", "ACCREC", [("sales", "100")], tax="20")
    books.trial_balance(JANUARY, {"receivables": "120", "gst": "-20", "sales": "-100"})
    books.report("balance_sheet", JANUARY, [
        ("Assets > Current Assets", "receivables", "Accounts Receivable", "120"),
        ("Liabilities > Current Liabilities", "gst", "GST", "20"),
        ("Equity", earnings, label, "100"),
    ])  # fmt: skip
    return books


@pytest.mark.parametrize("earnings", [SEEN, SPECIFIED, NEVER_SEEN, None])
def test_the_years_result_ties_out_under_any_id(books, earnings):
    assert an_invoice_of_100_and_20_tax(books, earnings).differences() == {}
    compared = books.warehouse.query(
        "select account_name, our_amount from ledger.tie_out where statement = 'balance_sheet'"
    ).to_pylist()
    assert {row["account_name"]: f"{row['our_amount']:.2f}" for row in compared}["Current Year Earnings"] == "100.00"


def test_the_years_result_is_known_by_what_it_is_and_not_by_its_label(books):
    assert an_invoice_of_100_and_20_tax(books, SEEN, label="Jahresergebnis").differences() == {}


def test_our_balance_sheet_has_the_id_that_xeros_has(books):
    an_invoice_of_100_and_20_tax(books, NEVER_SEEN).differences()
    ours = books.warehouse.query(
        "select account_id from ledger.balance_sheet where account_name = 'Current Year Earnings'"
    ).to_pylist()
    assert {row["account_id"] for row in ours} == {NEVER_SEEN}


def test_a_result_that_is_not_ours_still_differs(books):
    an_invoice_of_100_and_20_tax(books, SEEN)
    books.change("update xero.balance_sheet set amount = 101 where account_name = 'Current Year Earnings'")
    assert books.differences(causes=False) == {("balance_sheet", SEEN): ("-1.00", "UNKNOWN")}


def test_an_account_that_was_deleted_for_good_is_no_result_of_the_year(books):
    an_invoice_of_100_and_20_tax(books, SEEN)
    books.change("update xero.balance_sheet set amount = 90 where account_name = 'Current Year Earnings'")
    books.change("update xero.trial_balance set ytd_credit = 90, credit = 90 where account_id = 'sales'")
    gone = "11111111-1111-4111-8111-111111111111"
    books.put("trial_balance", period_start=JANUARY.replace(day=1), period_end=JANUARY, basis="accrual", position=9,
              section="Equity", line_type="account", account_id=gone, account_name="Capital", debit=0, credit=10,
              ytd_debit=0, ytd_credit=10)  # fmt: skip
    books.put("balance_sheet", period_start=JANUARY.replace(day=1), period_end=JANUARY, basis="accrual", position=9,
              section="Equity", line_type="account", account_id=gone, account_name="Capital", amount=10)  # fmt: skip
    found = books.differences(statements=["balance_sheet"])
    assert found == {
        ("balance_sheet", gone): ("-10.00", "CONVERSION"),
        ("balance_sheet", SEEN): ("10.00", "CONVERSION"),
    }


@pytest.mark.parametrize("group", ["FXGROUPID", "FX", NEVER_SEEN])
def test_currency_gains_that_are_one_line_tie_out_under_any_id(books, group):
    books.document("invoices", "usd", "ACCREC", [("sales", "100")], currency="USD", rate="0.66")
    books.pay("p", "usd", "100", rate="0.66", arrived="150.00")
    balances = {"bank": "150", "sales": "-151.52", group: "1.52"}
    books.trial_balance(JANUARY, balances)
    books.change("update xero.trial_balance set section = case account_id when 'bank' then 'Assets' "
                 "when 'sales' then 'Revenue' else 'Expenses' end")  # fmt: skip
    books.report("profit_and_loss", JANUARY, [
        ("Income", "sales", "Sales", "151.52"),
        ("Less Operating Expenses", group, "Foreign Currency Gains and Losses", "1.52"),
    ])  # fmt: skip
    assert books.differences() == {}
