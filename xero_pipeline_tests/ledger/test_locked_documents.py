"""Which document changed in a locked month, from what to what, on both databases: told until it is settled."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

import pytest

from xero_pipeline.ledger import update
from xero_pipeline.ledger.locked.documents import open_documents, summary
from xero_pipeline.warehouse.accepted_months import accept, newest_changes
from xero_pipeline_tests.ledger.test_postings import WAYS
from xero_pipeline_tests.thoroughness import proof, so_many
from xero_simulator.edits import documents, records
from xero_simulator.edits.working_copy import EditRefused, mark, open_copy

pytestmark = pytest.mark.slow

LOCKED = dt.date(2025, 12, 31)
DAY = dt.date(2025, 12, 10)


def ledger(accountant):
    """What the ledger says of every account in every month as far as it is locked."""
    rows = accountant.warehouse.query(
        "select cast(date_trunc('month', journal_date) as date) as m, account_id, sum(net_amount) as net "
        f"from ledger.journal_lines where source_id is not null and journal_date <= date '{LOCKED}' "
        "group by 1, 2"
    ).to_pylist()
    return {(row["m"], row["account_id"]): row["net"] for row in rows if row["net"]}


def noted(accountant):
    rows = accountant.warehouse.query(
        "select period_start as m, account_id, sum(difference) as net from xero.locked_document_changes group by 1, 2"
    ).to_pylist()
    return {(row["m"], row["account_id"]): row["net"] for row in rows if row["net"]}


def follow(accountant, *, full=False):
    """Read and keep; what was noted is what the ledger gained since."""
    before, told = ledger(accountant), noted(accountant)
    accountant.read(*(() if full else ("organisations", "invoices", "payments")), full=full)
    accountant.keep()
    after, now = ledger(accountant), noted(accountant)
    keys = before.keys() | after.keys() | told.keys() | now.keys()
    zero = Decimal(0)
    gained = {key: after.get(key, zero) - before.get(key, zero) for key in keys}
    assert {key: now.get(key, zero) - told.get(key, zero) for key in keys} == gained
    return opened(accountant)


def opened(accountant):
    with accountant.warehouse.reading() as connection:
        return open_documents(connection)


def settle(accountant, told):
    with accountant.warehouse.reading() as connection:
        until = newest_changes(connection)
    at = accountant.later(minutes=1)
    return accept(accountant.warehouse, told, "agreed", by="Ada Lovelace", at=at, until=until)


def untouched(accountant):
    """An approved invoice of a locked month that nobody paid, in base currency."""
    return accountant.one(
        "select invoice_id from xero.invoices "
        "where status = 'AUTHORISED' and amount_due = total and currency_code = 'NZD' and total > 50 "
        f"and type = 'ACCREC' and date between date '2025-10-01' and date '{LOCKED}' order by date desc, invoice_id"
    )


def invoice_in_the_locked_year(accountant, **more):
    """An invoice that was there before the books were locked: entered, read and kept."""
    records.lock_books(accountant.books, None)
    accountant.read("organisations")
    accountant.keep()
    made = documents.add_invoice(accountant.books, accountant.later(minutes=5), day=DAY, **more)
    accountant.read("invoices")
    accountant.keep()
    records.lock_books(accountant.books, LOCKED)
    accountant.read("organisations")
    accountant.keep()
    accountant.later(hours=72)
    assert opened(accountant) == []
    return made["InvoiceID"]


def test_an_edited_invoice_is_told_with_its_accounts_and_what_it_does_to_profit_and_tax(locked):
    invoice = invoice_in_the_locked_year(locked, net=100_000)
    locked.read("contacts")
    until = locked.now()
    locked.keep()
    kept = locked.now()
    documents.edit_invoice(locked.books, invoice, locked.later(minutes=5), add=20_000)
    edited = locked.now()

    (change,) = follow(locked)
    assert (change.source_table, change.source_id, change.source_type) == ("invoices", invoice, "ACCREC")
    assert (change.change, change.period_start, change.lock_date) == ("changed", DAY.replace(day=1), LOCKED)
    assert (change.on_profit, change.on_tax) == (Decimal(200), Decimal(30))
    assert {(one.before, one.after) for one in change.accounts} == {
        (Decimal(1150), Decimal(1380)),
        (Decimal(-1000), Decimal(-1200)),
        (Decimal(-150), Decimal(-180)),
    }
    assert (change.unchanged_until, change.seen_at) == (kept, locked.now())
    assert until < change.updated_at == edited.replace(microsecond=0)
    assert change.number in change.words
    assert change.contact
    assert "profit +200.00, sales tax +30.00" in summary([change])


def test_a_change_is_noted_once_and_not_at_all_by_a_ledger_that_fails(locked, monkeypatch):
    invoice = invoice_in_the_locked_year(locked, net=100_000)
    documents.edit_invoice(locked.books, invoice, locked.later(minutes=5), add=20_000)
    locked.read("invoices")
    with monkeypatch.context() as patch, pytest.raises(ZeroDivisionError):
        patch.setattr(update, "write_statements", lambda *_, **__: 1 / 0)
        locked.keep()
    assert opened(locked) == []
    locked.keep()
    told = opened(locked)
    assert [one.source_id for one in told] == [invoice]

    locked.change("update ledger.kept set inputs = null")
    locked.keep()
    assert opened(locked) == told
    assert locked.one("select count(distinct seen_at) as n from xero.locked_document_changes") == {"n": 1}


def test_a_voided_invoice_is_told_as_removed_and_a_new_bill_as_added(locked):
    invoice = invoice_in_the_locked_year(locked, net=100_000)
    documents.void_invoice(locked.books, invoice, locked.later(minutes=5))
    bill = documents.add_invoice(locked.books, locked.later(minutes=5), kind="ACCPAY", net=40_000, day=DAY)

    told = {one.source_id: one for one in follow(locked)}
    assert {key: (one.change, one.on_profit) for key, one in told.items()} == {
        invoice: ("removed", Decimal(-1000)),
        bill["InvoiceID"]: ("added", Decimal(-400)),
    }
    assert told[bill["InvoiceID"]].on_tax == Decimal(-60)
    assert {one.after for one in told[invoice].accounts} == {Decimal(0)}


def test_a_payment_dated_into_a_locked_month_is_told_without_an_effect_on_profit(locked):
    invoice = invoice_in_the_locked_year(locked, net=100_000)
    payment = documents.add_payment(locked.books, invoice, locked.later(minutes=5), amount=50_000)
    open_one = open_copy(locked.books, "Payments", payment["PaymentID"])
    open_one["Date"] = open_copy(locked.books, "Invoices", invoice)["Date"]
    mark(locked.books, locked.now(), open_one)

    (change,) = follow(locked)
    assert (change.source_table, change.source_id, change.document_id) == ("payments", payment["PaymentID"], invoice)
    assert (change.change, change.on_profit, change.on_tax) == ("added", 0, 0)
    assert sum(one.after for one in change.accounts) == 0


def test_what_happens_in_open_months_is_not_told(locked):
    unpaid = untouched(locked)
    documents.add_payment(locked.books, unpaid["invoice_id"], locked.later(minutes=5))
    documents.add_invoice(locked.books, locked.later(minutes=5))
    documents.add_invoice(locked.books, locked.later(minutes=5), day=dt.date(2026, 1, 2))

    assert follow(locked) == []


@proof
@pytest.mark.parametrize("seed", range(so_many(20, 1)))
def test_whatever_people_do_what_is_noted_adds_up_to_what_the_ledger_gained(locked, seed):
    chance = random.Random(seed)

    def pick(wrapper):
        return chance.choice(sorted(locked.books.bench.tables[wrapper]))

    ways = (
        *WAYS,
        lambda books, pick, at: documents.add_invoice(books, at, day=DAY),
        lambda books, pick, at: documents.add_invoice(books, at, kind="ACCPAY", day=dt.date(2025, 7, 1)),
    )
    for _ in range(30):
        try:
            chance.choice(ways)(locked.books, pick, locked.later(seconds=7))
        except EditRefused:
            continue
    assert follow(locked, full=True)


def test_a_document_that_is_changed_back_is_settled_even_with_the_lock_lifted_for_it(locked):
    invoice = invoice_in_the_locked_year(locked, net=100_000)
    documents.edit_invoice(locked.books, invoice, locked.later(minutes=5), add=20_000)
    assert len(follow(locked)) == 1
    documents.edit_invoice(locked.books, invoice, locked.later(minutes=5), add=5_000)
    (change,) = follow(locked)
    assert change.on_profit == Decimal(250)
    records.lock_books(locked.books, None)
    locked.read("organisations")
    locked.keep()
    documents.edit_invoice(locked.books, invoice, locked.later(minutes=5), add=-25_000)
    assert follow(locked) == []


def test_a_month_that_is_finished_and_then_locked_did_not_change(locked):
    documents.add_invoice(locked.books, locked.later(minutes=5), day=dt.date(2026, 1, 5))
    records.lock_books(locked.books, dt.date(2026, 1, 31))
    locked.read("organisations", "invoices")
    locked.keep()
    assert opened(locked) == []


def test_what_comes_late_into_the_warehouse_is_no_change(locked):
    found = untouched(locked)
    for table in ("invoices", "invoice_line_items"):
        locked.change(f"delete from xero.{table} where invoice_id = '{found['invoice_id']}'")
    locked.keep()
    told = opened(locked)
    assert [one.change for one in told] == ["removed"], "it did leave the ledger"
    settle(locked, told)
    locked.read("invoices", full=True)
    locked.keep()
    assert opened(locked) == []


def test_a_collection_that_becomes_readable_later_is_no_change(locked):
    """The payments, of which the ledger knew nothing: what they post was never there before."""
    locked.change("delete from xero.payments")
    locked.keep()
    settle(locked, opened(locked))
    locked.later(hours=72)
    locked.keep()
    assert opened(locked) == []
    locked.read("payments", full=True)
    locked.keep()
    assert {one.source_table for one in opened(locked)} <= {"bank_transactions"}
    assert locked.lines() == locked.truth()


def test_another_chart_of_accounts_changes_no_document(locked):
    account = locked.one("select account_id from xero.accounts where code = '400'")["account_id"]
    locked.change(f"update xero.accounts set code = '4000' where account_id = '{account}'")
    locked.change("update ledger.documents set fingerprint = 'of older rules'")
    locked.change("update ledger.journal_lines set net_amount = net_amount * 2")
    assert locked.keep().documents > 100
    assert opened(locked) == []


def test_a_first_ledger_tells_nothing(locked):
    for table in ("kept", "documents", "journals", "journal_lines"):
        locked.change(f"delete from ledger.{table}")
    locked.keep()
    assert opened(locked) == []


def test_a_person_settles_a_month_with_a_name_and_what_changes_later_is_open_again(locked):
    invoice = invoice_in_the_locked_year(locked, net=100_000)
    documents.edit_invoice(locked.books, invoice, locked.later(minutes=5), add=20_000)
    told = follow(locked)
    assert settle(locked, told) == 1
    assert opened(locked) == []
    row = locked.one("select period_start, note, accepted_by from xero.accepted_changes")
    assert row == {"period_start": DAY.replace(day=1), "note": "agreed", "accepted_by": "Ada Lovelace"}

    documents.edit_invoice(locked.books, invoice, locked.later(minutes=5), add=1_000)
    (change,) = follow(locked)
    assert change.on_profit == Decimal(10)
