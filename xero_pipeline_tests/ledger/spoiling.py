"""What may be wrong with a document in the warehouse: values of the right type that make no sense."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from hypothesis import strategies as st

from xero_pipeline.warehouse.schema.catalogue import table
from xero_pipeline_tests.ledger.books import sql_of

DAY = dt.date(2026, 1, 5)
# Documents that a spoiled one has nothing to do with, and those that are spoiled.
BESIDE = ("beside", "beside credit", "beside money", "beside move", "beside journal")
VICTIMS = {
    "invoices": ["i", "n", "bill"],
    "credit_notes": ["c"],
    "bank_transactions": ["m", "in"],
    "bank_transfers": ["x"],
    "payments": ["p", "refund"],
    "overpayments": ["over"],
    "prepayments": ["pre"],
    "manual_journals": ["j"],
}
PARTS = {
    "invoice_line_items": "invoice_id",
    "credit_note_line_items": "credit_note_id",
    "bank_transaction_line_items": "bank_transaction_id",
    "manual_journal_lines": "manual_journal_id",
    "credit_note_allocations": "credit_note_id",
    "overpayment_allocations": "overpayment_id",
    "prepayment_allocations": "prepayment_id",
}
KEYS = {name: f"{name[:-1]}_id" for name in VICTIMS} | PARTS
_OWNERS = sorted({one for names in VICTIMS.values() for one in names})
_WORDS = (None, "", "NOPE", "null", "VOIDED", "DRAFT", "DELETED", "PAID", "AUTHORISED", "POSTED", "ACCREC", "ACCPAY",
          "RECEIVE", "SPEND", "RECEIVE-OVERPAYMENT", "SPEND-PREPAYMENT", "ACCPAYPAYMENT", "APOVERPAYMENTPAYMENT",
          "Inclusive", "Exclusive", "NoTax", "USD", "XXX", "NZD", "'; drop", "x" * 300)  # fmt: skip
_VALUES = {
    "money": (None, 0, -1, "0.0001", "-7.77", 10**12, -(10**12), "999999999999999.9999", "-999999999999999.9999"),
    "quantity": (None, 0, -1, "999999999"),
    "rate": (None, 0, -1, "0.0000000001", "0.66", "999999999"),
    "day": (None, dt.date(1, 1, 1), dt.date(1969, 12, 31), dt.date(2100, 1, 1), dt.date(9999, 12, 31), DAY),
    "integer": (None, 0, -1, 99),
    "boolean": (None, True, False),
    "text": _WORDS,
    "id": (None, "", "nowhere", "bank", "bank in USD", "receivables", "sales", *_OWNERS),
}


def books_to_spoil(books):
    """Every kind of document twice: some that stay as they are, some to be spoiled."""
    foreign = {"currency": "USD", "rate": "0.66"}
    books.put("accounts", account_id="bank 2", code="091", name="bank 2", type="BANK", currency_code="NZD",
              **{"class": "ASSET"})  # fmt: skip
    for prefix, more in (("beside", {}), ("", foreign)):
        first, credit, money, move, journal = BESIDE if prefix else ("i", "c", "m", "x", "j")
        books.document("invoices", first, "ACCREC", [("sales", "100"), ("sales", "7")], tax="10", due_date=DAY, **more)
        books.document("credit_notes", credit, "ACCRECCREDIT", [("sales", "20")], **more)
        books.set_off(f"{credit} used", credit, first, "15")
        books.pay(f"{prefix} p".strip(), first, "60", **({"rate": "0.66", "arrived": "91"} if more else {}))
        books.document("bank_transactions", money, "RECEIVE", [("sales", "66")],
                       bank_account_id="bank in USD" if more else "bank", **more)  # fmt: skip
        books.put("bank_transfers", bank_transfer_id=move, status="AUTHORISED", date=DAY, amount=Decimal(50),
                  from_bank_account_id="bank", to_bank_account_id="bank 2")  # fmt: skip
        books.put("manual_journals", manual_journal_id=journal, status="POSTED", date=DAY, narration="n",
                  line_amount_types="NoTax")  # fmt: skip
        for place, amount in enumerate((12, -12), start=1):
            books.put("manual_journal_lines", manual_journal_id=journal, journal_line_id=f"{journal}/{place}",
                      position=place, account_id=("sales", "advance")[place - 1], line_amount=Decimal(amount),
                      tax_amount=0)  # fmt: skip
    books.document("invoices", "n", "ACCREC", [("sales", "90")])
    books.document("invoices", "bill", "ACCPAY", [("sales", "30")], tax="3")
    books.document("bank_transactions", "in", "RECEIVE-OVERPAYMENT", [(None, "100")], bank_account_id="bank",
                   overpayment_id="over")  # fmt: skip
    books.document("overpayments", "over", "RECEIVE-OVERPAYMENT", [], off="100")
    books.document("prepayments", "pre", "RECEIVE-PREPAYMENT", [("advance", "40")])
    books.set_off("over used", "over", "n", "9", table="overpayment")
    books.set_off("pre used", "pre", "n", "8", table="prepayment")
    books.pay("refund", None, "30", payment_type="AROVERPAYMENTPAYMENT", overpayment_id="over")


def spoils():
    """Statements that spoil one thing: a column of a document or of its lines, or a line or a document that is gone."""
    columns = [
        (name, column)
        for name in KEYS
        for column in table(name).columns
        if column.kind in _VALUES and not (name in PARTS and column.name in table(name).key)
    ]
    return st.one_of(st.sampled_from(columns).flatmap(_spoiled_column), st.sampled_from(sorted(KEYS)).flatmap(_gone))


def _owners(name):
    return st.sampled_from(VICTIMS.get(name, _OWNERS))


def _spoiled_column(chosen):
    name, column = chosen
    values = st.sampled_from(_VALUES[column.kind])
    if column.name == KEYS[name]:  # an id is always there, and its own within its list
        values = st.sampled_from([one for one in _OWNERS if one not in VICTIMS[name]])
    return st.tuples(_owners(name), values).map(
        lambda told: (
            f'UPDATE xero.{name} SET "{column.name}" = {sql_of(_typed(column.kind, told[1]))} '
            f"WHERE {KEYS[name]} = {sql_of(told[0])}"
        )
    )


def _typed(kind, value):
    return Decimal(value) if kind in ("money", "rate", "quantity") and value is not None else value


def _gone(name):
    return _owners(name).map(lambda one: f"DELETE FROM xero.{name} WHERE {KEYS[name]} = {sql_of(one)}")
