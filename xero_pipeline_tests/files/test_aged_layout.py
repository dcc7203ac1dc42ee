"""Aged receivables and payables as they are laid out: the ages in the words of the overview, and what is overdue."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from xero_pipeline.ageing import BUCKETS, SHORT_LABELS
from xero_pipeline.files.drawn_statement import DrawnStatement
from xero_pipeline.files.statement_layouts import sheet_of
from xero_pipeline.files.statement_request import StatementRequest
from xero_pipeline.ledger.statements.aged import AgedDocument

DAY = dt.date(2026, 5, 20)


def open_document(contact, bucket, amount):
    owed = Decimal(amount)
    told = (DAY, contact, contact, "ACCREC", "d", "invoices", "INV-1", None, DAY, DAY, int(bucket != BUCKETS[0]))
    return AgedDocument(*told, bucket, "NZD", Decimal(1), owed, owed, owed)


def drawn(name, ageing, *documents):
    return sheet_of(DrawnStatement(StatementRequest(name, None, DAY), "t", "Demo", "NZD", documents, ageing=ageing))


@pytest.mark.parametrize("ageing", ["days", "months"])
def test_each_contact_is_told_what_is_overdue_beside_the_ages_of_the_overview(ageing):
    rows = [open_document("a", bucket, 2**place) for place, bucket in enumerate(BUCKETS)]
    sheet = drawn("aged-receivables", ageing, *rows, open_document("b", BUCKETS[0], 100))
    assert [one.head for one in sheet.columns] == ["Contact", *SHORT_LABELS[ageing], "Overdue", "Total"]
    assert sheet.columns[2].notes == (f"{ageing} overdue", "NZD")
    ((nothing, all_ages, total),) = (block.rows for block in sheet.blocks)
    assert nothing.cells == ("b", 100, *[None] * 6, 100)
    assert all_ages.cells == ("a", 1, 2, 4, 8, 16, 32, 62, 63)
    assert total.cells == ("Total", 101, 2, 4, 8, 16, 32, 62, 163)


def test_each_document_says_its_age_in_the_same_words():
    sheet = drawn("aged-payables-documents", "days", open_document("a", "< 1 Month", 5))
    place = [one.head for one in sheet.columns].index("Age")
    assert (sheet.blocks[0].rows[0].cells[place], sheet.columns[place].notes) == ("1–30", ("days overdue",))
