"""The group in the warehouse: three organisations of three currencies, in one."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from xero_pipeline.ledger.consolidation.rate_file import clear_rates, import_rates
from xero_pipeline.ledger.consolidation.rates import GivenRate
from xero_pipeline.ledger.consolidation.translated_amount import times
from xero_pipeline.ledger.consolidation.update import write_consolidation
from xero_pipeline.ledger.database_copy import copy_ledger
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline_tests.ledger.accountant import forget_inputs
from xero_pipeline_tests.ledger.several import SYNCED, change, keep, queries, rows

MONTHS = [dt.date(2025, month, 1) for month in (10, 11, 12)] + [dt.date(2026, month, 1) for month in range(1, 6)]
MARCH = MONTHS[5]
BALANCE_SHEET = "ledger.group_balance_sheet"
SUMS = """
SELECT organisation, period_end, SUM(movement) AS m, SUM(balance) AS b, SUM(base_movement) AS bm,
    SUM(base_balance) AS bb, SUM(debit - credit) AS dc, SUM(ytd_debit - ytd_credit) AS y
FROM ledger.group_trial_balance GROUP BY organisation, period_end
"""
SHEET = """
SELECT organisation, period_end, SUM(CASE account_class WHEN 'ASSET' THEN amount ELSE -amount END) AS left_over
FROM ledger.group_balance_sheet GROUP BY organisation, period_end
"""
RESERVES = """
SELECT base_currency, COUNT(*) AS n FROM ledger.group_balance_sheet WHERE account_id = 'TRANSLATION'
GROUP BY base_currency
"""
OURS = """
SELECT account_id, period_start, base_amount FROM ledger.group_profit_and_loss WHERE tenant_id = :tenant
"""
BOOKED = """
SELECT l.account_id, CAST(DATE_TRUNC('month', l.journal_date) AS DATE) AS month,
    SUM(CASE a.class WHEN 'EXPENSE' THEN l.net_amount ELSE -l.net_amount END) AS amount
FROM ledger.journal_lines AS l JOIN xero.accounts AS a ON a.tenant_id = l.tenant_id AND a.account_id = l.account_id
WHERE l.tenant_id = :tenant AND a.class IN ('REVENUE', 'EXPENSE') GROUP BY 1, 2 HAVING SUM(l.net_amount) <> 0
"""


def grouped(warehouse, currency="NZD", at=SYNCED):
    with warehouse.writing() as connection:
        return write_consolidation(connection, warehouse.dialect, currency, at=at)


def given(warehouse, *rates):
    with warehouse.writing() as connection:
        import_rates(connection, warehouse.dialect, rates, at=SYNCED)


def forget_documents_rates(warehouse):
    change(warehouse, "UPDATE ledger.journals SET currency_rate = NULL")


@pytest.fixture(scope="module")
def in_dollars(filled_once):
    """The group in NZD over all months, to read only."""
    given(filled_once, *(GivenRate(month, "GBP", "NZD", Decimal("2.07"), Decimal("2.06")) for month in MONTHS[:2]))
    group = grouped(filled_once)
    assert (group.begins.month, group.begins.held_back_by, group.missing) == (MONTHS[0], None, ())
    return filled_once


def test_every_month_of_every_organisation_balances(in_dollars):
    found = rows(in_dollars, SUMS)
    assert len(found) == 3 * 8
    assert [row for row in found if any(row[2:])] == []
    assert [row for row in rows(in_dollars, SHEET) if row[2]] == []


def test_only_who_has_another_currency_has_a_translation_reserve(in_dollars):
    reserves = dict(rows(in_dollars, RESERVES))
    assert set(reserves) == {"GBP", "AUD"}
    assert min(reserves.values()) == 8


def test_amounts_in_base_currency_are_those_of_the_journals(in_dollars, several):
    for organisation in several.organisations:
        ours = rows(in_dollars, OURS, tenant=organisation.tenant_id)
        assert ours
        assert sorted(ours) == sorted(rows(in_dollars, BOOKED, tenant=organisation.tenant_id))


def test_balances_in_base_currency_are_those_of_the_trial_balance(in_dollars):
    ours = "SELECT tenant_id, period_end, account_id, base_balance, base_movement FROM ledger.group_trial_balance"
    theirs = "SELECT tenant_id, period_end, account_id, balance, movement FROM ledger.trial_balance"
    left = f"{ours} WHERE base_balance <> 0 OR base_movement <> 0 EXCEPT {theirs}"
    assert rows(in_dollars, left) == []
    assert len(rows(in_dollars, ours)) > 500


def test_the_balance_sheet_in_base_currency_is_xeros(in_dollars, several):
    for organisation in several.organisations:
        asked = f"SELECT account_name, base_amount FROM {BALANCE_SHEET} WHERE tenant_id = :t AND period_end = :day"
        ours = dict(rows(in_dollars, asked, t=organisation.tenant_id, day=dt.date(2026, 4, 30)))
        params = {"date": "2026-04-30", "standardLayout": "true"}
        report = several.company(organisation).report("BalanceSheet", params, SYNCED.date())
        theirs = {
            row["Cells"][0]["Value"]: Decimal(row["Cells"][1]["Value"])
            for section in report["Rows"]
            for row in section.get("Rows", ())
            if row["RowType"] == "Row" and row["Cells"][0]["Value"] != "Net Assets"
        }
        assert {name: amount for name, amount in ours.items() if amount} == {n: a for n, a in theirs.items() if a}


def test_each_amount_is_its_base_amount_at_its_rate_to_the_cent(in_dollars):
    for table, column in (("group_profit_and_loss", "'average'"), ("group_balance_sheet", "rate_kind")):
        found = rows(
            in_dollars,
            f"SELECT base_amount, rate, amount FROM ledger.{table} WHERE {column} <> 'historical' AND rate > 0",
        )
        assert len(found) > 100
        assert [row for row in found if abs(row[0] * row[1] - row[2]) > Decimal("0.005")] == []


def test_written_twice_it_says_the_same(filled):
    tables = ("group_rates", "group_trial_balance", "group_profit_and_loss", "group_balance_sheet")
    first = grouped(filled)
    before = {table: sorted(map(repr, rows(filled, f"SELECT * FROM ledger.{table}"))) for table in tables}
    with filled.writing() as connection:
        forget_inputs(connection)
    again = grouped(filled)
    assert (first.changed, again.changed) == (True, False)
    assert replace(again, changed=True) == first
    assert before == {t: sorted(map(repr, rows(filled, f"SELECT * FROM ledger.{t}"))) for t in tables}
    assert {table: first.rows[table] for table in tables} == {table: len(found) for table, found in before.items()}


def test_it_is_left_alone_until_a_ledger_a_rate_the_currency_or_the_month_changes(filled, several):
    first = grouped(filled)
    kept = grouped(filled)
    assert (first.was_current, kept.was_current) == (False, True)
    assert replace(kept, was_current=False, changed=True) == first
    for changes in (
        lambda: given(filled, GivenRate(MARCH, "GBP", "NZD", Decimal(3), None)),
        lambda: change(filled, "UPDATE xero.contacts SET synced_at = synced_at + INTERVAL '1 hour'"),
    ):
        changes()
        keep(filled, several.organisations[0].tenant_id)
        assert [grouped(filled).was_current for _ in range(2)] == [False, True]
    assert not grouped(filled, "GBP").was_current
    assert not grouped(filled, "GBP", at=SYNCED.replace(month=6)).was_current


def test_without_a_currency_there_is_a_group_only_where_all_have_the_same(filled):
    assert grouped(filled, None).currency is None
    assert rows(filled, "SELECT * FROM ledger.group_balance_sheet") == []
    change(filled, "UPDATE xero.organisations SET base_currency = 'AUD'")
    assert grouped(filled, None).currency == "AUD"
    assert rows(filled, RESERVES) == []
    assert [row for row in rows(filled, SHEET) if row[2]] == []


def test_a_missing_rate_is_a_row_that_says_so_and_never_a_rate_of_one(filled):
    forget_documents_rates(filled)
    rates = [GivenRate(month, "GBP", "NZD", Decimal("2.1"), Decimal("2.2")) for month in MONTHS if month != MARCH]
    given(filled, *rates, *(GivenRate(month, "AUD", "NZD", Decimal(1), Decimal(1)) for month in MONTHS))
    found = grouped(filled)
    assert [(one.month, one.organisation) for one in found.missing] == [(MARCH, "Larkspur & Finch Ltd")]
    asked = (
        "SELECT amount, problem FROM ledger.group_profit_and_loss WHERE base_currency = 'GBP' AND period_start = :month"
    )
    (one,) = set(rows(filled, asked, month=MARCH))
    assert one[0] is None
    assert "rates --import" in one[1]
    assert {row[1] for row in rows(filled, asked, month=dt.date(2026, 4, 1))} == {None}
    # What the month adds to equity is missing from then on, in that organisation only.
    late = f"SELECT DISTINCT base_currency FROM {BALANCE_SHEET} WHERE problem IS NOT NULL AND period_start > :month"
    assert rows(filled, late, month=MARCH) == [("GBP",)]
    given(filled, GivenRate(MARCH, "GBP", "NZD", Decimal("2.1"), Decimal("2.2")))
    assert grouped(filled).missing == ()
    assert rows(filled, "SELECT 1 FROM ledger.group_trial_balance WHERE problem IS NOT NULL") == []
    with filled.writing() as connection:
        clear_rates(connection, filled.dialect)
    assert len(grouped(filled).missing) == 2 * 8


def test_the_group_begins_when_all_have_rates_and_earlier_with_earlier_ones(filled):
    begins = grouped(filled).begins
    assert (begins.month, begins.held_back_by.name) == (MONTHS[2], "Larkspur & Finch Ltd")
    first = "SELECT organisation, MIN(period_start) AS m FROM ledger.group_trial_balance GROUP BY organisation"
    assert {month for _, month in rows(filled, first)} == {MONTHS[2]}
    given(filled, GivenRate(MONTHS[1], "GBP", "NZD", Decimal("2.07"), Decimal("2.06")))
    assert grouped(filled).begins.month == MONTHS[1]


def test_rates_that_are_given_win_and_a_later_file_replaces_what_it_names(filled):
    given(filled, GivenRate(MARCH, "GBP", "NZD", Decimal(9), Decimal(9)))
    given(filled, GivenRate(MARCH, "GBP", "NZD", Decimal(3), None))
    grouped(filled)
    used = """SELECT average_rate, average_source, closing_source FROM ledger.group_rates
        WHERE base_currency = 'GBP' AND period_start = :m"""
    ((average, source, closing),) = rows(filled, used, m=MARCH)
    assert (average, source) == (3, "given")
    assert "document" in closing


def test_journals_of_later_days_do_not_count_yet(filled):
    given(filled, *(GivenRate(month, "GBP", "NZD", Decimal("2.07"), Decimal("2.06")) for month in MONTHS[:2]))
    grouped(filled, at=dt.datetime(2026, 3, 10, tzinfo=dt.UTC))
    ((last, sales),) = rows(
        filled, "SELECT MAX(period_end) AS p, SUM(base_amount) AS s FROM ledger.group_profit_and_loss"
    )
    booked = f"SELECT SUM(amount) AS s FROM ({BOOKED.replace('l.tenant_id = :tenant', 'l.journal_date <= :day')}) AS b"
    assert (last, sales) == (dt.date(2026, 3, 31), rows(filled, booked, day=dt.date(2026, 3, 10))[0][0])


@pytest.mark.parametrize(
    ("told", "matched_by"),
    [
        ("name = 'LARKSPUR and Finch Limited.'", "name"),
        ("tax_number = 'gb 123-456-789'", "tax number"),
        ("company_number = '0098 7654'", "company number"),
    ],
)
def test_a_contact_that_is_another_organisation_is_flagged_wherever_it_stands(filled, told, matched_by):
    chosen = """SELECT MIN(i.contact_id) AS id FROM xero.invoices AS i JOIN xero.organisations AS o
        ON o.tenant_id = i.tenant_id AND o.base_currency = 'NZD' WHERE i.type = 'ACCREC' AND i.status = 'AUTHORISED'"""
    ((contact,),) = rows(filled, chosen)
    change(
        filled,
        f"UPDATE xero.contacts SET {told} WHERE contact_id = '{contact}'",
        "UPDATE xero.organisations SET tax_number = 'GB123456789', registration_number = '00987654' "
        "WHERE base_currency = 'GBP'",
        # Numbers that say nothing match nobody.
        "UPDATE xero.organisations SET tax_number = 'n/a', registration_number = '0' WHERE base_currency = 'AUD'",
        f"UPDATE xero.contacts SET tax_number = 'n/a', company_number = '0' WHERE contact_id <> '{contact}'",
    )
    grouped(filled)
    asked = "SELECT contact_id, organisation, counterpart, matched_by FROM ledger.intercompany_contacts"
    names = ("Kowhai Trail Outfitters Limited", "Larkspur & Finch Ltd")
    assert rows(filled, asked) == [(contact, *names, matched_by)]
    lines = "SELECT DISTINCT contact_id, counterpart FROM ledger.group_journal_lines WHERE is_intercompany"
    assert rows(filled, lines) == [(contact, names[1])]
    owed = "SELECT base_amount, amount, counterpart FROM ledger.group_receivables WHERE contact_id = :contact"
    ((base, amount, counterpart),) = rows(filled, owed, contact=contact)
    assert (base, counterpart) == (amount, names[1])
    sheet = """SELECT SUM(intercompany_amount) AS a FROM ledger.group_balance_sheet
        WHERE account_name = 'Accounts Receivable' AND period_start = '2026-05-01'"""
    assert rows(filled, sheet) == [(amount,)]
    sold = """SELECT SUM(CASE account_class WHEN 'REVENUE' THEN -amount ELSE 0 END) AS a FROM ledger.group_journal_lines
        WHERE is_intercompany"""
    assert rows(filled, queries("group.md")[2]) == [(*names, amount, 0)]
    revenue = "SELECT SUM(intercompany_amount) AS a FROM ledger.group_profit_and_loss WHERE account_class = 'REVENUE'"
    assert rows(filled, sold) == rows(filled, revenue)


def test_the_first_query_of_the_page_adds_the_group_up(in_dollars):
    found = rows(in_dollars, queries("group.md")[0])
    assert len(found) == 2 * 8
    assert all(amount == with_others for _, _, amount, with_others in found)


@pytest.mark.parametrize(
    ("view", "account"), [("group_receivables", "Accounts Receivable"), ("group_payables", "Accounts Payable")]
)
def test_what_contacts_owe_is_what_the_balance_sheet_says(in_dollars, view, account):
    ours = f"SELECT organisation, SUM(base_amount) AS s FROM ledger.{view} GROUP BY organisation"
    sheet = f"SELECT organisation, base_amount FROM {BALANCE_SHEET} WHERE account_name = :name AND period_start = :may"
    assert sorted(rows(in_dollars, ours)) == sorted(rows(in_dollars, sheet, name=account, may=MONTHS[-1]))


def test_the_view_of_lines_has_every_line_once_at_the_average_of_its_month(in_dollars):
    ours = "SELECT COUNT(*) AS n, SUM(base_amount) AS s, COUNT(amount) AS a FROM ledger.group_journal_lines"
    theirs = "SELECT COUNT(*) AS n, SUM(net_amount) AS s, COUNT(*) AS a FROM ledger.journal_lines"
    assert rows(in_dollars, ours) == rows(in_dollars, theirs)
    lines = rows(in_dollars, "SELECT base_amount, rate, amount FROM ledger.group_journal_lines WHERE rate <> 1")
    assert [line for line in lines if times(line[0], line[1]) != line[2]] == []


def test_given_rates_and_numbers_of_journals_move_along_to_another_database(filled, tmp_path):
    given(filled, GivenRate(MARCH, "GBP", "NZD", Decimal("2.1234567891"), None))
    target = Warehouse(f"duckdb:///{tmp_path / 'moved.duckdb'}")
    carried = copy_ledger(filled, target)
    assert carried["ledger.exchange_rates"] == 1
    asked = "SELECT * FROM ledger.exchange_rates"
    assert rows(target, asked) == rows(filled, asked)


def test_a_group_that_is_left_alone_has_its_views_all_the_same(filled):
    """A warehouse that was moved has the tables, and what they were written from, but no views of the group."""
    grouped(filled)
    change(filled, "DROP VIEW ledger.consolidated_balance_sheet")
    assert grouped(filled).was_current
    assert rows(filled, "SELECT COUNT(*) > 0 AS there FROM ledger.consolidated_balance_sheet") == [(True,)]


def test_a_warehouse_without_a_ledger_has_nothing_to_take_along(warehouse, tmp_path):
    assert copy_ledger(warehouse, Warehouse(f"duckdb:///{tmp_path / 'moved.duckdb'}")) == {}
