"""Matching and elimination of a few documents: the example of the page, missing rates, the group's beginning."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from xero_pipeline.calendar import month_end
from xero_pipeline.ledger.consolidation.eliminations import EXCHANGE, OPENING, Eliminations
from xero_pipeline.ledger.consolidation.intercompany import IntercompanyDocument, Pair, match
from xero_pipeline.ledger.consolidation.members import GroupMember
from xero_pipeline.ledger.consolidation.months import MonthRates
from xero_pipeline.ledger.consolidation.rates import Rate

MARCH, APRIL, MAY, JUNE = (dt.date(2026, number, 1) for number in (3, 4, 5, 6))
NAMES = {"a": "A", "b": "B"}
MEMBERS = {
    one: GroupMember(one, NAMES[one], currency, 31, 3, MARCH, None, month_end(JUNE))
    for one, currency in (("a", "NZD"), ("b", "AUD"))
}


def document(whose, kind, day, base, amount, *, number="INV-1", paid=(), others=0):
    """A document whose one line is `results`, or `others` of it; debit positive on the control account."""
    base, amount, others = Decimal(base), Decimal(amount), Decimal(others)
    made = IntercompanyDocument(
        whose, f"{whose}-{number}", kind, day, number, None, "USD", "b" if whose == "a" else "a",
        control_account="control", total=amount, open=amount,
        moved={day.replace(day=1): (base, amount)},
        results={} if others else {"line": (-base, -amount)}, others=others,
    )  # fmt: skip
    for month, part, share in paid:
        made.moved[month] = (-Decimal(part), -Decimal(share))
        made.open -= Decimal(share)
    return made


def eliminated(sale, purchase, closing, *, average="1.08", begins=MARCH):
    """By month what moves on each account of each document."""
    months = [month for month in (MARCH, APRIL, MAY, JUNE) if month >= begins]
    rates = {
        "a": [MonthRates(one, month_end(one), APRIL, rate("1"), rate("1"), None) for one in months],
        "b": [
            MonthRates(
                one, month_end(one), APRIL, rate(average), rate(closing[one]), None if closing[one] else "no rate"
            )
            for one in months
        ],
    }
    (pair,) = match([sale, purchase], NAMES).pairs
    found = {}
    for row in Eliminations(MEMBERS, rates, "NZD").rows([pair]):
        key = (row["tenant_id"], row["account_id"])
        found.setdefault(row["period_start"], {})[key] = None if row["movement"] is None else f"{row['movement']:.2f}"
    return found


def rate(value):
    return value and Rate(Decimal(value), "", 1)


SOLD = document("a", "ACCREC", dt.date(2026, 4, 28), "1666.67", 1000)
BOUGHT = document("b", "ACCPAY", dt.date(2026, 5, 4), "-1538.46", -1000)
CLOSING = {MARCH: "1.07", APRIL: "1.08", MAY: "1.09", JUNE: "1.09"}


def test_the_example_of_the_page():
    """docs/group.md tells it in words."""
    assert eliminated(SOLD, BOUGHT, CLOSING) == {
        MAY: {
            ("a", "line"): "1666.67", ("a", "control"): "-1666.67",
            ("b", "line"): "-1661.54", ("b", "control"): "1676.92",
            ("a", EXCHANGE): "-15.38",
        },
        # Nothing moves in June: the rate is the same.
    }  # fmt: skip


def test_a_closing_rate_that_moves_is_an_exchange_difference_of_its_month():
    assert eliminated(SOLD, BOUGHT, CLOSING | {JUNE: "1.10"})[JUNE] == {
        ("b", "control"): "15.39", ("a", EXCHANGE): "-15.39",
    }  # fmt: skip


def test_what_one_side_alone_has_paid_is_not_eliminated_and_what_both_have_paid_is_over():
    paid = document("a", "ACCREC", dt.date(2026, 4, 28), "1666.67", 1000, paid=[(JUNE, "1000.00", 600)])
    assert eliminated(paid, BOUGHT, CLOSING)[JUNE] == {
        ("a", "control"): "1000.00", ("b", "control"): "-1006.16", ("a", EXCHANGE): "6.16",
    }  # fmt: skip


def test_a_missing_rate_leaves_what_stands_on_it_empty():
    found = eliminated(SOLD, BOUGHT, CLOSING | {MAY: None})
    assert found[MAY][("b", "control")] is None
    assert found[MAY][("a", EXCHANGE)] is None
    assert found[MAY][("a", "control")] == "-1666.67"


def test_what_was_open_before_the_group_began_is_no_income_and_its_difference_is_in_retained_earnings():
    found = eliminated(SOLD, BOUGHT, CLOSING, begins=JUNE)
    # At the average 1.08 of June the payable comes in at 1661.54: 5.13 less than the receivable.
    assert found == {
        JUNE: {
            ("a", "control"): "-1666.67", ("b", "control"): "1676.92",
            ("a", OPENING): "5.13", ("a", EXCHANGE): "-15.38",
        }
    }  # fmt: skip


def test_income_from_goods_that_went_into_stock_stays_and_only_the_balances_go():
    into_stock = document("b", "ACCPAY", dt.date(2026, 5, 4), "-1538.46", -1000, others=1000)
    assert set(eliminated(SOLD, into_stock, CLOSING)[MAY]) == {("a", "control"), ("b", "control"), ("a", EXCHANGE)}


def test_a_number_is_the_same_whatever_its_signs_and_may_be_the_reference():
    purchase = document("b", "ACCPAY", dt.date(2026, 5, 4), "-1538.46", -1000, number="77")
    purchase.reference = "inv 1"
    assert match([SOLD, purchase], NAMES).pairs == [Pair(SOLD, purchase, None)]


@pytest.mark.parametrize("first", [0, 1])
def test_of_several_with_one_number_those_that_agree_are_a_pair(first):
    wrong = document("b", "ACCPAY", dt.date(2026, 4, 28), "-1400", -900)
    wrong.document_id = "b-wrong"
    found = match([SOLD, *([wrong, BOUGHT] if first else [BOUGHT, wrong])], NAMES)
    assert found.pairs == [Pair(SOLD, BOUGHT, None)]
    assert found.alone == [(wrong, "A has no sales invoice with its number")]


def test_documents_that_are_no_invoices_say_what_to_do():
    spent = document("a", "CASHPAID", dt.date(2026, 4, 28), "-5", -5)
    assert match([spent], NAMES).alone == [
        (spent, "Only invoices, bills and credit notes are matched: eliminate it with a group journal")
    ]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"currency": "EUR"}, "The currencies differ: USD and EUR"),
        ({"total": Decimal(-999)}, "The totals differ: 1000.00 and 999.00 USD"),
        (
            {"results": {"line": (Decimal(1400), Decimal(900))}},
            "The amounts without tax differ: 1000.00 and 900.00 USD",
        ),
    ],
)
def test_two_of_one_number_that_do_not_agree_are_told_and_not_eliminated(change, told):
    purchase = document("b", "ACCPAY", dt.date(2026, 5, 4), "-1538.46", -1000)
    for name, value in change.items():
        setattr(purchase, name, value)
    (pair,) = match([SOLD, purchase], NAMES).pairs
    assert pair.problem == told
    assert eliminated(SOLD, purchase, CLOSING) == {}
