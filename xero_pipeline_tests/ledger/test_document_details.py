"""A document in full: what it says of itself, what settles it, and what it posts, agree with each other to the cent."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from xero_pipeline.ledger.documents.document_details import details_of
from xero_pipeline.ledger.documents.document_fields import SETTLED, key_of
from xero_pipeline.ledger.documents.traced_documents import documents_called
from xero_pipeline_tests.ledger.books import Books
from xero_pipeline_tests.queries.conftest import on_duckdb, on_postgresql  # noqa: F401 - fixtures

pytestmark = pytest.mark.slow

MONEY = ("payments", "bank_transfers", "prepayments", "overpayments")


@pytest.fixture(params=["duckdb", "postgresql"])
def kept(request, accountant_of_session):
    """The books as they were kept once, and their tenant: nothing that is asked changes them."""
    return request.getfixturevalue(f"on_{request.param}"), accountant_of_session.tenant_id


def some(connection, table, most=4):
    """The ids of a few documents of a table that count, of several days."""
    key = key_of(table)
    return [
        row[0]
        for row in connection.exec_driver_sql(f"SELECT {key} FROM xero.{table} WHERE NOT is_deleted ORDER BY {key}")
    ][::40][:most]


def details(connection, tenant_id, document_id):
    (found,) = documents_called(connection, [tenant_id], document_id)
    return details_of(connection, found)


def told(one, name):
    return next((fact.value for fact in one.facts if fact.name == name), None)


def test_every_kind_of_document_says_what_it_comes_to_and_posts_as_much_on_both_sides(kept):
    warehouse, tenant_id = kept
    with warehouse.reading() as connection:
        for table in ("invoices", "credit_notes", "bank_transactions", "manual_journals", *MONEY):
            found = [details(connection, tenant_id, one) for one in some(connection, table)]
            assert found, table
            for one in found:
                assert one.kind and not one.kind.islower(), table
                assert sum(line.net_amount for line in one.journal_lines) == 0
                assert table == "manual_journals" or told(one, "total"), one.title
                assert all(line.account for line in one.lines), one.title


def test_lines_with_their_tax_are_the_total(kept):
    warehouse, tenant_id = kept
    with warehouse.reading() as connection:
        for table in ("invoices", "credit_notes", "bank_transactions"):
            for one in (details(connection, tenant_id, each) for each in some(connection, table)):
                net = sum(line.line_amount for line in one.lines)
                tax = 0 if told(one, "line_amounts") == "Inclusive" else sum(line.tax_amount for line in one.lines)
                assert net + tax == told(one, "total"), one.title


def test_what_settles_an_invoice_is_what_xero_says_is_paid_and_credited(kept):
    warehouse, tenant_id = kept
    with warehouse.reading() as connection:
        found = [details(connection, tenant_id, each) for each in some(connection, "invoices", most=12)]
    settled = {one.title: sum((each.amount for each in one.settlements), Decimal(0)) for one in found}
    assert any(settled.values())
    assert settled == {
        one.title: (told(one, "amount_paid") or 0) + (told(one, "amount_credited") or 0) for one in found
    }


def test_both_ends_of_a_payment_and_of_an_allocation_lead_to_each_other(kept):
    warehouse, tenant_id = kept
    ends = 0
    with warehouse.reading() as connection:
        for table in (*SETTLED, "payments"):
            for one in (details(connection, tenant_id, each) for each in some(connection, table)):
                for settled in one.settlements:
                    other = details(connection, tenant_id, settled.document_id)
                    assert one.document.document_id in {each.document_id for each in other.settlements}, one.title
                    ends += 1
    assert ends > 10


def test_a_transfer_says_the_currency_and_the_rate_it_was_posted_at(kept):
    warehouse, tenant_id = kept
    with warehouse.reading() as connection:
        foreign = connection.exec_driver_sql(
            "SELECT journal_id, currency_code FROM ledger.journals WHERE source_type = 'TRANSFER' "
            "AND currency_code <> 'NZD' ORDER BY journal_id"
        ).first()
        one = details(connection, tenant_id, foreign[0])
    assert (one.currency, told(one, "currency")) == (foreign[1], foreign[1])
    assert told(one, "currency_rate") and told(one, "bank_account") and told(one, "to_bank_account")


def test_composed_documents_tell_their_lines(books: Books):
    """Pay runs and fixed assets, whose records are sums and workings of ours."""
    day = dt.date(2026, 1, 31)
    books.put("pay_runs", pay_run_id="run", status="POSTED", payment_date=day, wages=Decimal(90), lines_from="totals")
    books.put("fixed_assets", asset_id="van", asset_name="Van", asset_number="FA-1", asset_status="Registered")
    for place, (account, amount) in enumerate((("sales", 90), ("bank", -90)), start=1):
        line = {"position": place, "account_id": account, "line_amount": Decimal(amount)}
        books.put("pay_run_lines", pay_run_id="run", kind="EARNINGS", **line)
        books.put("fixed_asset_postings", asset_id="van", kind="DEPRECIATION", date=day, **line)
        books.put("fixed_asset_postings", asset_id="van", kind="DEPRECIATION", date=day.replace(month=3),
                  **line | {"position": place + 2})  # fmt: skip
    books.post()
    with books.warehouse.reading() as connection:
        run, van = (details(connection, "t", one) for one in ("run", f"van/depreciation/{day}"))
    assert (run.title, told(run, "wages"), [line.line_amount for line in run.lines]) == ("Pay Run", 90, [90, -90])
    assert (van.title, told(van, "asset"), [line.line_amount for line in van.lines]) == (
        "Depreciation FA-1", "Van", [90, -90],
    )  # fmt: skip
    assert [line.net_amount for line in van.journal_lines] == [90, -90]


def test_a_batch_leads_to_all_it_pays_and_posts_what_its_payments_post(books: Books):
    books.put("batch_payments", batch_payment_id="batch", type="RECBATCH", status="AUTHORISED", account_id="bank",
              date=dt.date(2026, 1, 6), total_amount=Decimal(90))  # fmt: skip
    for name, amount in (("i1", "60"), ("i2", "30")):
        books.document("invoices", name, "ACCREC", [("sales", amount)], invoice_number=name)
        books.pay(f"p-{name}", name, amount, batch_payment_id="batch")
        books.put("batch_payment_payments", batch_payment_id="batch", payment_id=f"p-{name}", invoice_id=name,
                  amount=Decimal(amount), position=1)  # fmt: skip
    books.post()
    with books.warehouse.reading() as connection:
        batch, payment = (details(connection, "t", one) for one in ("batch", "p-i1"))
    assert [(one.date, one.number, one.amount) for one in batch.settlements] == [
        (dt.date(2026, 1, 6), "i1", 60), (dt.date(2026, 1, 6), "i2", 30),
    ]  # fmt: skip
    assert (batch.title, told(batch, "total"), len(batch.journal_lines)) == ("Batch Payment", 90, 4)
    assert told(payment, "batch_payment") == "batch"


def test_what_was_deleted_in_xero_says_so(books: Books):
    books.document("invoices", "i", "ACCREC", [("sales", "60")], invoice_number="INV-1")
    books.change("UPDATE xero.invoices SET is_deleted = TRUE")
    books.keep()
    with books.warehouse.reading() as connection:
        one = details(connection, "t", "i")
    assert (one.title, told(one, "status"), one.journal_lines) == ("Invoice INV-1", "DELETED", [])
