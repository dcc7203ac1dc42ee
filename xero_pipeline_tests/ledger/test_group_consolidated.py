"""Consolidated books of three companies that trade with each other, beside what was constructed: to the cent."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal

import pytest

from xero_pipeline.calendar import month_end
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.ledger.consolidation.group_state import group_state
from xero_pipeline.ledger.consolidation.members import document_rates
from xero_pipeline.ledger.consolidation.statements import (
    consolidated_balance_sheet,
    consolidated_profit_and_loss,
    consolidated_trial_balance,
    group_books,
)
from xero_pipeline.ledger.consolidation.update import write_consolidation
from xero_pipeline.ledger.statements.periods import Period
from xero_pipeline.ledger.tables import ledger_table
from xero_pipeline_tests.databases import undone
from xero_pipeline_tests.ledger.accountant import forget_inputs
from xero_pipeline_tests.ledger.several import SYNCED, change, rows
from xero_pipeline_tests.ledger.trading import APRIL, CURRENCIES, GAINS, MARCH, MAY, MONTHS, UK, at_rate

CENT = Decimal("0.01")
EXCHANGE = "Intercompany exchange differences"
LINES = """
SELECT period_start, group_account_id, SUM(movement) AS m FROM ledger.consolidation_lines GROUP BY 1, 2
HAVING SUM(movement) <> 0
"""
MOVED = """
SELECT period_start, group_account_id, movement AS m FROM ledger.consolidated_trial_balance WHERE movement <> 0
"""
JOURNALS = ("journals", "journal_lines")
AMORTISED = {MARCH: 100, APRIL: 0, MAY: Decimal("10.50")}


def by_code(found):
    """Amounts of accounts that are not 0, by code or else by name; currency gains as one line."""
    amounts = defaultdict(Decimal)
    for code, name, amount in found:
        amounts["Currency gains" if name in GAINS else code or name] += amount
    return {name: amount for name, amount in amounts.items() if amount}


def asked(warehouse, view, month):
    sql = f"SELECT group_account_code, group_account_name, amount FROM ledger.{view} WHERE period_start = :month"
    return by_code(rows(warehouse, sql, month=month))


def translated(books, company, name, month, place):
    """A report of the simulator's of a month, line by line at the average or the closing rate of ours."""
    first, last = month.isoformat(), month_end(month).isoformat()
    params = {"date": last} if name == "BalanceSheet" else {"fromDate": first, "toDate": last}
    return {
        label: at_rate(amount, company, month, place) for label, amount in books.report(company, name, **params).items()
    }


def profit(books, company, month):
    found = translated(books, company, "ProfitAndLoss", month, 0)
    return sum(amount if code.startswith("REV") else -amount for code, amount in found.items())


@pytest.mark.parametrize("month", [MARCH, APRIL, MAY])
def test_profit_and_loss_is_the_organisations_less_what_they_sold_each_other(trading, traders, month):
    books = traders[1]
    expected = [("7000", "", AMORTISED[month]), (None, EXCHANGE, books.exchange_difference(month))]
    for company in CURRENCIES:
        expected += [(code, "", one) for code, one in translated(books, company, "ProfitAndLoss", month, 0).items()]
        expected.append(("REV.200", "", -(books.sold_within(company, month) or 0)))
        expected.append(("EXP.310", "", -(books.bought_within(company, month) or 0)))
    assert asked(trading, "consolidated_profit_and_loss", month) == by_code(expected)


@pytest.mark.parametrize("month", [MARCH, APRIL, MAY])
def test_assets_and_liabilities_are_the_organisations_less_what_they_owe_each_other(trading, traders, month):
    books = traders[1]
    owed, owing = books.owed_within(month)
    goodwill = 1200 - sum(amount for at, amount in AMORTISED.items() if at <= month)
    expected = [("1900", "", goodwill), ("ASS.610", "", -sum(owed.values())), ("LIA.800", "", -sum(owing.values()))]
    for company in CURRENCIES:
        sheet = translated(books, company, "BalanceSheet", month, 1)
        expected += [(code, "", amount) for code, amount in sheet.items() if code[:3] in {"ASS", "LIA"}]
    sql = """SELECT group_account_code, group_account_name, amount FROM ledger.consolidated_balance_sheet
        WHERE period_start = :month AND group_account_class IN ('ASSET', 'LIABILITY')"""
    assert by_code(rows(trading, sql, month=month)) == by_code(expected)


@pytest.mark.parametrize("month", [MARCH, APRIL, MAY])
def test_others_own_a_quarter_of_the_net_assets_and_of_the_year_s_profit_of_the_one_subsidiary(trading, traders, month):
    books = traders[1]
    sheet = translated(books, UK, "BalanceSheet", month, 1)
    net_assets = sum(amount * {"ASS": 1, "LIA": -1}.get(code[:3], 0) for code, amount in sheet.items())
    found = asked(trading, "consolidated_balance_sheet", month)
    assert found["Non-controlling interests"] == (net_assets / 4).quantize(CENT, rounding=ROUND_HALF_UP)
    # The group's financial year is the parent's: it begins in April, and the group in February.
    of_year = [one for one in MONTHS if (one >= APRIL) == (month >= APRIL) and one <= month]
    share = (sum(profit(books, UK, one) for one in of_year) / 4).quantize(CENT, rounding=ROUND_HALF_UP)
    assert found["Current Year Earnings of non-controlling interests"] == -share


def test_every_month_and_source_sums_to_zero_and_the_sheet_balances(trading):
    sums = "SELECT period_start, source, SUM(movement) AS m, SUM(balance) AS b FROM ledger.group_balances GROUP BY 1, 2"
    found = rows(trading, sums)
    assert {source for _, source, *_ in found} == {"organisation", "elimination", "journal", "minority"}
    assert [row for row in found if any(row[2:])] == []
    sides = """SELECT period_start, SUM(CASE group_account_class WHEN 'ASSET' THEN amount ELSE -amount END) AS left_over
        FROM ledger.consolidated_balance_sheet GROUP BY period_start"""
    assert {left_over for _, left_over in rows(trading, sides)} == {0}


def test_the_profit_of_the_last_year_is_in_retained_earnings_from_the_first_month_of_the_next(trading):
    sheet = """SELECT period_start, group_journals FROM ledger.consolidated_balance_sheet
        WHERE group_account_name = :name ORDER BY period_start"""
    earned = rows(trading, sheet, name="Current Year Earnings")
    assert [amount for month, amount in earned if month >= MARCH] == [-100, 0, Decimal("-10.50")]
    retained = rows(trading, sheet, name="Retained Earnings")
    assert [amount for month, amount in retained if month >= MARCH] == [0, -100, -100]


def test_every_consolidated_movement_is_the_sum_of_its_lines_and_each_line_names_what_it_comes_from(trading):
    assert sorted(rows(trading, LINES)) == sorted(rows(trading, MOVED))
    nameless = """SELECT source FROM ledger.consolidation_lines
        WHERE (source = 'organisation' AND (tenant_id IS NULL OR account_id IS NULL))
        OR (source = 'elimination' AND (document_id IS NULL OR counterpart_document_id IS NULL))
        OR (source = 'journal' AND number IS NULL)"""
    assert rows(trading, nameless) == []


def test_statements_side_by_side_say_what_the_views_say(trading):
    with trading.reading() as connection:
        books = group_books(connection, Period(APRIL, month_end(APRIL)))
        both = group_books(connection, Period(APRIL, month_end(MAY)))
    assert [column.label for column in consolidated_balance_sheet(books).columns] == [
        "Banksia Ridge Supply Pty Ltd", "Kowhai Trail Outfitters Limited", "Larkspur & Finch Ltd",
        "Eliminations", "Group journals", "Non-controlling interests", "Consolidated",
    ]  # fmt: skip
    for statement, view in (
        (consolidated_balance_sheet, "consolidated_balance_sheet"),
        (consolidated_profit_and_loss, "consolidated_profit_and_loss"),
    ):
        lines = [line for line in statement(books).lines if line.line_type == "account"]
        assert all(sum(line.amounts[:-1]) == line.amounts[-1] for line in lines)
        codes = {account.account_id: account.code for account in books.balances}
        told = ((codes.get(line.account_id), line.account_name, line.amounts[-1]) for line in lines)
        assert by_code(told) == asked(trading, view, APRIL)
    totals = {line.account_name: line.amounts[-1] for line in consolidated_balance_sheet(both).lines}
    assert totals["Total Equity"] == totals["Net Assets"]
    share, owners = consolidated_profit_and_loss(both).lines[-2:]
    net = consolidated_profit_and_loss(both).lines[-3].amounts[-1]
    assert (
        share.amounts[-1]
        == -asked(trading, "consolidated_balance_sheet", MAY)["Current Year Earnings of non-controlling interests"]
    )
    assert owners.amounts[-1] == net - share.amounts[-1]
    assert not any(consolidated_trial_balance(books).lines[-1].amounts)


def test_earnings_are_those_of_the_group_s_year_whenever_the_years_of_organisations_end(trading, traders):
    """New Zealand's year begins in April, the United Kingdom's in March, Australia's in July."""
    books = traders[1]
    earned = sum(profit(books, company, month) for company in CURRENCIES for month in (APRIL, MAY))
    for month in (APRIL, MAY):
        earned -= books.exchange_difference(month) + AMORTISED[month]
        for company in CURRENCIES:
            earned -= (books.sold_within(company, month) or 0) - (books.bought_within(company, month) or 0)
    assert asked(trading, "consolidated_balance_sheet", MAY)["Current Year Earnings"] == earned


def written_again(warehouse, *statements, at=SYNCED):
    """Consolidate once more without the file, after changes."""
    change(warehouse, *statements)
    with warehouse.writing() as connection:
        forget_inputs(connection)
        return write_consolidation(connection, warehouse.dialect, "NZD", at=at)


def test_on_the_first_of_a_month_who_is_a_day_behind_is_in_it_with_what_it_had(trading):
    """At 20:00 UTC it is May in New Zealand and Australia, and the last of April in the United Kingdom."""
    sides = """SELECT source, tenant_id, group_account_class FROM ledger.group_balances WHERE period_start = :month
        AND balance <> 0 AND group_account_class IN ('ASSET', 'LIABILITY') GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"""
    with undone(trading):
        written_again(trading, at=dt.datetime(2026, 4, 30, 20, tzinfo=dt.UTC))
        assert len(april := rows(trading, sides, month=APRIL)) > 2 * len(CURRENCIES)
        assert rows(trading, sides, month=MAY) == april
        assert rows(trading, "SELECT MAX(period_start) AS last FROM ledger.group_balances") == [(MAY,)]


def test_a_missing_rate_leaves_the_sums_of_its_months_empty_and_no_statement_is_drawn(trading):
    with undone(trading):
        found = written_again(
            trading,
            "UPDATE ledger.journals SET currency_rate = NULL",
            "DELETE FROM ledger.exchange_rates WHERE from_currency = 'GBP' AND month = '2026-04-01'",
        )
        assert [one.month for one in found.missing] == [APRIL]
        sql = (
            "SELECT COUNT(*) AS n, COUNT(amount) AS a FROM ledger.consolidated_profit_and_loss WHERE period_start = :m"
        )
        ((lines, amounts),) = rows(trading, sql, m=APRIL)
        assert lines > amounts
        assert rows(trading, sql, m=MARCH)[0][0] == rows(trading, sql, m=MARCH)[0][1] > 10
        with trading.reading() as connection:
            state = group_state(connection)
            assert (state.missing, state.missing_from, state.organisations) == (1, APRIL, len(CURRENCIES))
            assert (state.begins, state.until) == (min(MONTHS), max(MONTHS))
            assert state.currency == rows(trading, "SELECT MAX(currency_code) FROM ledger.group_balances")[0][0]
            group_books(connection, Period(MARCH, month_end(MARCH)))
            with pytest.raises(ConfigurationError, match="A rate is missing between 2026-04-01 and 2026-04-30"):
                group_books(connection, Period(APRIL, month_end(APRIL)))


def rates_of(warehouse):
    with warehouse.reading() as connection:
        return document_rates(connection, SYNCED.date())


def test_where_xeros_own_journals_are_the_ledger_documents_are_matched_by_what_they_post(trading, traders):
    tenant = traders[1].tenants[UK]
    asked = "SELECT * FROM ledger.intercompany_documents ORDER BY tenant_id, document_id"
    moved = """SELECT document_id, account_id, period_start, movement FROM ledger.group_eliminations
        ORDER BY document_id, account_id, period_start"""
    before = rows(trading, asked), rows(trading, moved), rates_of(trading)
    with undone(trading):
        columns = {name: ", ".join(one.name for one in ledger_table(name).all_columns) for name in JOURNALS}
        written_again(
            trading,
            *(
                f"INSERT INTO ledger.derived_{name} ({columns[name]}) SELECT {columns[name]} FROM ledger.{name} "
                f"WHERE tenant_id = '{tenant}'"
                for name in JOURNALS
            ),
            # They say nothing of another currency, and have ids of their own.
            f"UPDATE ledger.journal_lines SET foreign_amount = net_amount, journal_id = 'x' || journal_id "
            f"WHERE tenant_id = '{tenant}'",
            # A document that was edited has three, whatever its rate was.
            f"UPDATE ledger.journals SET journal_id = 'x' || journal_id, currency_rate = 9 "
            f"WHERE tenant_id = '{tenant}'",
        )
        assert (rows(trading, asked), rows(trading, moved), rates_of(trading)) == before
