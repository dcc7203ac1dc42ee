"""The general ledger leads every account from one trial balance to another, line by line."""

from __future__ import annotations

import datetime as dt
from itertools import groupby, pairwise

import pytest

from xero_pipeline.ledger.statements.chart import chart_of
from xero_pipeline.ledger.statements.general_ledger import general_ledger
from xero_pipeline.ledger.statements.trial_balance import trial_balance
from xero_pipeline_tests.ledger.statements.conftest import FIRST, TODAY
from xero_simulator.values.days import financial_year_start

RANGES = [(FIRST, TODAY), (dt.date(2028, 2, 15), dt.date(2028, 4, 20)), (dt.date(2028, 3, 1), dt.date(2028, 3, 1))]
DEBITS = {"ASSET", "EXPENSE"}


def pages(here, first, last):
    entries = general_ledger(here.connection, here.tenant_id, first, last)
    return {key: list(group) for key, group in groupby(entries, key=lambda entry: entry.account_id)}


@pytest.mark.parametrize(("first", "last"), RANGES)
def test_every_page_ends_at_the_trial_balance(here, first, last):
    found = pages(here, first, last)
    after = {line.account_id: line for line in trial_balance(here.connection, here.tenant_id, last, first)}
    assert after.keys() <= found.keys()
    for account_id, entries in found.items():
        closing = entries[-1]
        assert (entries[0].entry_type, closing.entry_type) == ("opening", "closing")
        if account_id not in after:
            assert closing.balance == 0
            continue
        sign = 1 if after[account_id].account_class in DEBITS else -1
        assert closing.balance == sign * after[account_id].balance
        total, movement = entries[-3:-1]
        assert (total.entry_type, movement.entry_type) == ("total", "movement")
        assert total.debit == sum(entry.debit for entry in entries[:-3])
        assert total.credit == sum(entry.credit for entry in entries[:-3])
        assert movement.debit - movement.credit == total.debit - total.credit
        assert closing.balance == entries[0].balance + sign * (movement.debit - movement.credit)
        for before, entry in pairwise([*entries[:-3], closing]):
            assert entry.balance == before.balance + sign * (entry.debit - entry.credit)
            assert entry.date >= before.date


@pytest.mark.parametrize(("first", "last"), RANGES)
def test_a_page_has_every_line_of_every_journal(here, first, last):
    found = [
        (entry.journal_id, entry.account_id, entry.debit - entry.credit, entry.date)
        for entries in pages(here, first, last).values()
        for entry in entries
        if entry.entry_type == "journal"
    ]
    expected = [(p.journal_id, p.account_id, p.net_amount, p.date) for p in here.company.postings]
    assert sorted(found) == sorted(one for one in expected if first <= one[3] <= last)


def test_results_start_at_zero_where_a_year_begins_and_retained_earnings_take_them(here):
    year = financial_year_start(TODAY, *here.company.bench.country.year_end)
    moved = [
        entry
        for entries in pages(here, FIRST, TODAY).values()
        for entry in entries
        if entry.entry_type == "year_end" and entry.date == year
    ]
    (retained,) = [entry for entry in moved if entry.account_name == "Retained Earnings"]
    results = [entry for entry in moved if entry is not retained]
    assert results
    assert all(entry.balance == 0 for entry in results)
    assert sum(entry.debit - entry.credit for entry in moved) == 0


def test_one_page_alone_is_the_same_page(here):
    first, last = RANGES[1]
    found = pages(here, first, last)
    (bank,) = chart_of(here.connection, here.tenant_id).find("Business Bank Account")
    alone = general_ledger(here.connection, here.tenant_id, first, last, bank.account_id)
    assert list(alone) == found[bank.account_id]


@pytest.mark.parametrize("basis", ["accrual", "cash"])
def test_of_which_only_the_first_lines_are_read_the_sums_are_of_all(here, basis):
    """Over a year's end, of an account that starts it at zero and of the one that takes its profit."""
    for name in ("200", "Retained Earnings", "Business Bank Account"):
        (account,) = chart_of(here.connection, here.tenant_id).find(name)
        asked = (here.connection, here.tenant_id, FIRST, TODAY, account.account_id)
        whole = general_ledger(*asked, basis=basis)
        first = general_ledger(*asked, basis=basis, most=3)
        lines = [entry for entry in whole if entry.entry_type == "journal"]
        assert [entry for entry in first if entry.entry_type == "journal"] == lines[:3]
        assert first[-3:] == whole[-3:]
        assert first[: len(first) - 3] == whole[: len(first) - 3]


def test_an_account_where_nothing_ever_happened_has_a_page_of_nothing(here):
    (loan,) = chart_of(here.connection, here.tenant_id).find("900")
    opening, total, _, closing = general_ledger(here.connection, here.tenant_id, FIRST, TODAY, loan.account_id)
    assert (opening.balance, total.debit, total.credit, closing.balance) == (0, 0, 0, 0)
