"""What holds of every document on cash basis, however it is made and paid; TESTS_SEED repeats one that failed."""

from __future__ import annotations

import random
from collections import defaultdict
from decimal import Decimal

from xero_pipeline_tests.clock import seed
from xero_pipeline_tests.ledger.cash_books import CashBooks

ZERO = Decimal(0)
KINDS = [("ACCREC", "invoices", 1), ("ACCPAY", "invoices", -1), ("ACCRECCREDIT", "credit_notes", -1),
         ("ACCPAYCREDIT", "credit_notes", 1)]  # fmt: skip
PAYMENTS = {"ACCREC": "ACCRECPAYMENT", "ACCPAY": "ACCPAYPAYMENT", "ACCRECCREDIT": "ARCREDITPAYMENT",
            "ACCPAYCREDIT": "APCREDITPAYMENT"}  # fmt: skip


def test_whatever_is_paid_of_any_document_adds_up(books):
    """Of each payment debits are credits and what is owed is what is paid; in full it is the document, line by line."""
    cash, chance, documents = CashBooks(books), random.Random(seed()), {}
    with books.warehouse.transaction():
        for number in range(24):
            documents[f"d{number}"] = _random_document(books, chance, f"d{number}", KINDS[number % 4])
    lines = _by_document(cash, "ledger.settled_lines")
    whole = _by_document(cash, "ledger.journal_lines where journal_id like 'd%'", "journal_id")
    for name, (side, total, parts, rate) in documents.items():
        sums, paid = defaultdict(Decimal), ZERO
        for event, amount in parts:
            paid += amount
            mine = [row for row in lines[name] if row["journal_id"] == event]
            assert sum(row["net_amount"] for row in mine) == 0
            for row in mine:
                sums[row["line_number"] % 1000] += row["net_amount"]
            if rate == "1":
                assert sums[0] == side * paid
            for row in whole[name]:
                cents = len(whole[name]) if row["role"] == "line" else 1
                assert abs(sums[row["line_number"]] - row["net_amount"] * paid / total) < Decimal(cents) / 100
        if paid == total:
            assert sums == {row["line_number"]: row["net_amount"] for row in whole[name]}


def _random_document(books, chance, name, kind):
    of, table, side = kind
    rate = chance.choice(["1", "1", "0.6543", "1.9"])
    amounts = [Decimal(chance.randrange(-400, 90_000)) / 100 for _ in range(chance.randint(1, 5))] + [Decimal(20 * 5)]
    tax = Decimal(chance.randrange(0, 2000)) / 100
    types = chance.choice(["Exclusive", "Inclusive", "NoTax"])
    tax = ZERO if types == "NoTax" else tax
    lines = [(chance.choice(["sales", "advance"]), f"{amount}") for amount in amounts]
    books.document(
        table, name, of, lines, tax=f"{tax}", types=types, currency="NZD" if rate == "1" else "USD", rate=rate
    )
    total = sum(amounts) + (ZERO if types == "Inclusive" else tax)
    parts, left = [], total
    for place in range(chance.randint(1, 4)):
        amount = left if place == 3 else min(left, Decimal(chance.randrange(1, 40_000)) / 100)
        if amount > 0:
            event = f"p/{name}/{place}"
            paid = {f"{table[:-1]}_id": name} if table != "invoices" else {}
            books.pay(event, None if paid else name, f"{amount}", rate=rate, day=6 + place, payment_type=PAYMENTS[of],
                      account_id="bank", **paid)  # fmt: skip
            parts.append((event, amount))
            left -= amount
    return side, total, parts, rate


def _by_document(cash, source, key="document_id"):
    found = defaultdict(list)
    for row in cash.rows(f"select * from {source}"):
        found[row[key]].append(row)
    return found
