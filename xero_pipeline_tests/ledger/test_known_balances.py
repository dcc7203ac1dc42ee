"""Which trial balances count in the books of an earlier moment: none that was older than the documents of then."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from xero_pipeline.operations.known_books import books_known_at
from xero_pipeline_tests.ledger.books import NOW

JANUARY = dt.date(2026, 1, 31)
FIRST, SECOND = NOW, NOW + dt.timedelta(hours=4)
PAY_RUN = {("rounding", "30.00"), ("withheld by us", "-30.00")}


@pytest.fixture
def revised(books):
    """A trial balance with a pay run, then another invoice of its month, then a trial balance that shows both."""
    begun = FIRST - dt.timedelta(hours=1)
    for table in ("organisations", "accounts"):
        books.change(f"update xero.{table} set synced_at = '{begun}'")
    books.document("invoices", "early", "ACCREC", [("sales", "100")], synced_at=begun)
    books.document("invoices", "late", "ACCREC", [("sales", "50")], synced_at=FIRST + dt.timedelta(hours=1))
    for name in ("early", "late"):
        books.change(f"update xero.invoice_line_items set synced_at = '{begun}' where invoice_id = '{name}'")
    for at, sold in ((FIRST, 100), (SECOND, 150)):
        balances = {"receivables": sold, "sales": -sold, "withheld by us": -30, "rounding": 30}
        books.put("report_pulls", report="trial_balance", basis="accrual", period_start=JANUARY.replace(day=1),
                  period_end=JANUARY, fetched_at=at, checked_at=at, raw=answer(balances))  # fmt: skip
    return books


def answer(balances):
    """A trial balance as Xero sends it."""

    def row(account, balance):
        sides = [str(max(balance, 0)), str(max(-balance, 0))]
        mark = {"Attributes": [{"Id": "account", "Value": account}]}
        return {"RowType": "Row", "Cells": [{"Value": account, **mark}, *({"Value": side} for side in sides * 2)]}

    labels = ["Account", "Debit", "Credit", "YTD Debit", "YTD Credit"]
    header = {"RowType": "Header", "Cells": [{"Value": label} for label in labels]}
    lines = {"RowType": "Section", "Title": "", "Rows": [row(*one) for one in balances.items()]}
    return json.dumps({"Rows": [header, lines]})


def unexplained(books, **later):
    with books_known_at(books.warehouse, "t", FIRST + dt.timedelta(**later)) as known:
        rows = known.query(
            "select account_id, net_amount from ledger.journal_lines where source_type = 'UNEXPLAINED'"
        ).to_pylist()
    return {(row["account_id"], f"{row['net_amount']:.2f}") for row in rows}


def test_one_that_was_as_new_as_the_documents_shows_what_they_do_not(revised):
    assert unexplained(revised, minutes=1) == PAY_RUN
    assert unexplained(revised, hours=5) == PAY_RUN


def test_one_that_was_older_than_a_document_takes_nothing_back_of_it(revised):
    assert unexplained(revised, hours=2) == set()
