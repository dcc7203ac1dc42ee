"""The worked examples of docs/ledger.md: what these few documents post, on either database."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from xero_pipeline.ledger.keep import keep_ledger
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline_tests.databases import kept_open

NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
ACCOUNTS = {
    "receivables": ("ASSET", "DEBTORS"),
    "payables": ("LIABILITY", "CREDITORS"),
    "gst": ("LIABILITY", "GST"),
    "gains": ("EXPENSE", "REALISEDCURRENCYGAIN"),
    "sales": ("REVENUE", None),
    "advance": ("LIABILITY", None),
    "bank": ("ASSET", None),
}


class Books:
    """A few documents, written straight into the tables of schema xero."""

    def __init__(self, warehouse):
        self.warehouse = warehouse
        self.put("organisations", organisation_id="o", name="O", base_currency="NZD", financial_year_end_day=31,
                 financial_year_end_month=3)  # fmt: skip
        for name, (kind, system) in ACCOUNTS.items():
            self.put("accounts", account_id=name, code=name, name=name, type="BANK" if name == "bank" else "CURRENT",
                     **{"class": kind}, system_account=system)  # fmt: skip

    def put(self, table, **values):
        values = {"tenant_id": "t", "is_deleted": False, **values}
        names = ", ".join(f'"{name}"' for name in values)
        told = ", ".join(_sql(value) for value in values.values())
        with self.warehouse.writing() as connection:
            connection.exec_driver_sql(f"INSERT INTO xero.{table} ({names}) VALUES ({told})")

    def document(self, table, name, kind, lines, *, tax="0", types="Exclusive", currency="NZD", rate="1", **more):
        key = f"{table[:-1]}_id"
        taxes = Decimal(tax)
        net = sum(Decimal(amount) for _, amount in lines)
        net -= taxes if types == "Inclusive" else 0
        self.put(table, **{key: name}, type=kind, status="AUTHORISED", date=dt.date(2026, 1, 5),
                 line_amount_types=types, currency_code=currency, currency_rate=Decimal(rate), sub_total=net,
                 total_tax=taxes, total=net + taxes, **more)  # fmt: skip
        for place, (account, amount) in enumerate(lines, start=1):
            self.put(f"{table[:-1]}_line_items", **{key: name}, line_item_id=f"{name}/{place}", position=place,
                     account_id=account, line_amount=Decimal(amount),
                     tax_amount=taxes if place == 1 else 0)  # fmt: skip

    def pay(self, name, document, amount, *, rate="1", day=6):
        self.put("payments", payment_id=name, invoice_id=document, payment_type="ACCRECPAYMENT", status="AUTHORISED",
                 date=dt.date(2026, 1, day), amount=Decimal(amount), bank_amount=Decimal(amount),
                 currency_rate=Decimal(rate), account_id="bank")  # fmt: skip

    def posted(self, journal):
        keep_ledger(self.warehouse, "t", {}, at=NOW)
        rows = self.warehouse.query(
            "select account_id, net_amount from ledger.journal_lines where journal_id = :j order by line_number",
            {"j": journal},
        ).to_pylist()
        return [(row["account_id"], f"{row['net_amount']:.2f}") for row in rows]


def _sql(value):
    if value is None:
        return "NULL"
    if isinstance(value, bool | int | Decimal):
        return str(value)
    return f"DATE '{value}'" if isinstance(value, dt.date) else f"'{value}'"


@pytest.fixture(params=["duckdb", "postgresql"])
def books(request):
    with kept_open(Warehouse(request.getfixturevalue(f"{request.param}_url"))) as warehouse:
        yield Books(warehouse)


@pytest.mark.parametrize(("types", "amount"), [("Exclusive", "100.00"), ("Inclusive", "115.00")])
def test_an_invoice(books, types, amount):
    books.document("invoices", "i", "ACCREC", [("sales", amount)], tax="15.00", types=types)
    assert books.posted("i") == [("receivables", "115.00"), ("gst", "-15.00"), ("sales", "-100.00")]


def test_a_bill_is_the_mirror_image(books):
    books.document("invoices", "b", "ACCPAY", [("sales", "100.00")], tax="15.00")
    assert books.posted("b") == [("payables", "-115.00"), ("gst", "15.00"), ("sales", "100.00")]


def test_another_currency_its_left_over_cent_and_its_realised_loss(books):
    lines = [("sales", "33.33"), ("sales", "33.33"), ("sales", "33.34")]
    books.document("invoices", "usd", "ACCREC", lines, currency="USD", rate="0.6540")
    books.pay("p", "usd", "100.00", rate="0.66")
    assert books.posted("usd") == [
        ("receivables", "152.91"),
        ("sales", "-50.96"),
        ("sales", "-50.96"),
        ("sales", "-50.99"),
    ]
    assert books.posted("p") == [("bank", "151.52"), ("receivables", "-152.91"), ("gains", "1.39")]


def test_paid_in_parts_nothing_is_left_behind(books):
    books.document("invoices", "usd", "ACCREC", [("sales", "100.00")], currency="USD", rate="0.6540")
    books.pay("first", "usd", "50.00", rate="0.6540", day=7)
    books.pay("second", "usd", "50.00", rate="0.6540", day=8)
    assert ("receivables", "-76.46") in books.posted("first")
    assert ("receivables", "-76.45") in books.posted("second")


def test_a_prepayment_waits_with_its_tax_until_it_is_set_off(books):
    books.document("bank_transactions", "in", "RECEIVE-PREPAYMENT", [("advance", "57.50")], tax="7.50",
                   types="Inclusive", bank_account_id="bank", prepayment_id="pre")  # fmt: skip
    books.document("prepayments", "pre", "RECEIVE-PREPAYMENT", [("advance", "57.50")], tax="7.50", types="Inclusive")
    books.document("invoices", "i", "ACCREC", [("sales", "100.00")], tax="15.00")
    books.put("prepayment_allocations", prepayment_id="pre", allocation_id="a", position=1, invoice_id="i",
              date=dt.date(2026, 1, 9), amount=Decimal("57.50"))  # fmt: skip
    assert books.posted("in") == [("bank", "57.50"), ("gst", "-7.50"), ("advance", "-50.00")]
    assert sorted(books.posted("a")) == [("advance", "50.00"), ("gst", "7.50"), ("receivables", "-57.50")]


def test_a_credit_note_that_is_set_off_at_its_own_rate_posts_nothing_but_at_another_the_gain(books):
    books.document("invoices", "i", "ACCREC", [("sales", "100.00")], currency="USD", rate="0.65")
    for name, rate in (("same", "0.65"), ("other", "0.66")):
        books.document("credit_notes", name, "ACCRECCREDIT", [("sales", "20.00")], currency="USD", rate=rate)
        books.put("credit_note_allocations", credit_note_id=name, allocation_id=f"{name}/a", position=1, invoice_id="i",
                  date=dt.date(2026, 1, 9), amount=Decimal("20.00"))  # fmt: skip
    assert books.posted("same/a") == []
    assert dict(books.posted("other/a"))["gains"] == "0.47"


def test_a_manual_journal_posts_its_tax_once(books):
    books.put("manual_journals", manual_journal_id="m", status="POSTED", date=dt.date(2026, 1, 5), narration="n",
              line_amount_types="Exclusive")  # fmt: skip
    for place, (account, amount, tax) in enumerate((("sales", "-100", "-15"), ("advance", "115", "0")), start=1):
        books.put("manual_journal_lines", manual_journal_id="m", journal_line_id=f"m/{place}", position=place,
                  account_id=account, line_amount=Decimal(amount), tax_amount=Decimal(tax))  # fmt: skip
    assert books.posted("m") == [("gst", "-15.00"), ("sales", "-100.00"), ("advance", "115.00")]
