"""Balances and movements of accounts, at one or many days, without those that are zero and in no order.

Assumed, for the draft does not say: a balance is that of the trial balance, of income and expenses since the financial
year began (or, as an organisation's habit, since ever); a movement has the revaluation in it, as the profit and loss
has.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import pairwise

from xero_simulator.account_data.accounts import account_of, chosen_accounts
from xero_simulator.account_data.parameters import Asked, problem, shifted
from xero_simulator.books.double_entry.ledger import Ledger
from xero_simulator.company import Company
from xero_simulator.reports.balances import Balances
from xero_simulator.reports.cash_basis import cash_ledger, cash_postings
from xero_simulator.reports.revaluation import revalued_ledger
from xero_simulator.values.amounts import ZERO
from xero_simulator.workbench import Record

_MOST_IDS = 50


def account_balances(company: Company, asked: Asked) -> Record:
    """Answer `/account-balances`.

    Raises:
        Refused: A parameter that is wrong, or bank accounts that may not be seen.
    """
    ledger = _ledger(company, asked)
    day = asked.day("date")
    accounts = chosen_accounts(company, asked, _MOST_IDS, silent=False)
    of_all_years = company.bench.habits.sums_all_years
    found: list[Record] = []
    for number, size in asked.periods():
        balances = Balances(company, ledger, shifted(day, number, size))
        for row in accounts:
            amount = ledger.balance(row["AccountID"], balances.day) if of_all_years else balances.of(row)
            if amount:
                told = {"accountId": row["AccountID"], "date": balances.day.isoformat(), "balance": _sided(amount)}
                found.append({**told, "signedBalance": amount, "account": account_of(row)})
    return {"accountBalances": _in_no_order(found)}


def account_movements(company: Company, asked: Asked) -> Record:
    """Answer `/account-movements`.

    Raises:
        Refused: As `account_balances`; ranges that touch one another.
    """
    ledger = _ledger(company, asked)
    ranges = _ranges(asked)
    accounts = chosen_accounts(company, asked, _MOST_IDS, silent=False)
    postings = cash_postings(company) if asked.on_cash_basis else company.postings
    found: list[Record] = []
    for first, last in ranges:
        for row in accounts:
            amount = ledger.movement(row["AccountID"], first, last)
            if amount:
                moved = [p for p in postings if p.account_id == row["AccountID"] and first <= p.date <= last]
                credits = -sum((p.net_amount for p in moved if p.net_amount < 0), ZERO)
                found.append(
                    {
                        "accountId": row["AccountID"],
                        "dateRange": {"startDate": first.isoformat(), "endDate": last.isoformat()},
                        "debits": amount + credits,
                        "credits": credits,
                        "movement": _sided(amount),
                        "signedMovement": amount,
                        "signedTaxMovement": sum((p.tax for p in moved), ZERO),
                        "account": account_of(row),
                    }
                )
    return {"accountMovements": _in_no_order(found)}


def _ranges(asked: Asked) -> Sequence[tuple[dt.date, dt.date]]:
    first, last = asked.day("startDate"), asked.day("endDate")
    if first > last:
        raise problem("startDate", "startDate must not be after endDate")
    found = [(shifted(first, number, size), shifted(last, number, size)) for number, size in asked.periods()]
    if any(earlier[1] >= later[0] for later, earlier in pairwise(found)):
        raise problem("comparisonPeriodSize", "Comparison ranges must not overlap")
    return found


def _ledger(company: Company, asked: Asked) -> Ledger:
    on_cash = asked.on_cash_basis
    options, without = set(asked.listed("trackingItemIds")), asked.listed("unassignedToTrackingCategoryIds")
    if not options and not without:
        return cash_ledger(company) if on_cash else revalued_ledger(company)
    categories = {row["TrackingCategoryID"]: row for row in company.records("TrackingCategories")}
    assigned = {
        option["TrackingOptionID"] for key in without if key in categories for option in categories[key]["Options"]
    }
    postings = cash_postings(company) if on_cash else company.postings
    return Ledger(
        one
        for one in postings
        if (not options or options & set(one.tracking)) and not (without and assigned & set(one.tracking))
    )


def _sided(amount: Decimal) -> Record:
    return {"value": abs(amount), "type": "DEBIT" if amount > 0 else "CREDIT"}


def _in_no_order(rows: Iterable[Record]) -> list[Record]:
    """Always the same, but in an order that means nothing."""
    return sorted(rows, key=lambda row: hashlib.blake2b(repr(sorted(row)).encode() + repr(row).encode()).digest())
