"""Every document posts what the simulator's own double entry posts: account, day, both currencies, tracking."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from xero_pipeline.ledger.posting.rules import credit_rules, document_rules, payment_rules
from xero_pipeline_tests.thoroughness import so_many
from xero_simulator.edits import documents, records, silent_changes
from xero_simulator.edits.working_copy import EditRefused


def test_every_line_is_the_truth(accountant):
    assert accountant.lines() == accountant.truth()


def test_every_kind_of_document_is_among_them(accountant):
    """Else the test above would prove less than it says."""
    rows = accountant.warehouse.query("select distinct source_type as kind from ledger.journals").to_pylist()
    expected = {rule.source_type for rule in document_rules()} | {"TRANSFER", "MANJOURNAL"}
    expected |= {rule.kind for rule in payment_rules()}
    expected |= {rule.source_type for rule in credit_rules() if rule.table == "prepayments"}
    assert expected - {row["kind"] for row in rows} == set()


def test_every_journal_balances(accountant):
    unbalanced = accountant.warehouse.query(
        "select journal_id from ledger.journal_lines group by journal_id having sum(net_amount) <> 0"
    )
    assert unbalanced.num_rows == 0


def test_every_line_has_its_journal_and_says_the_same(accountant):
    lonely = accountant.warehouse.query(
        "select l.journal_id from ledger.journal_lines as l left join ledger.journals as j "
        "on j.tenant_id = l.tenant_id and j.journal_id = l.journal_id and j.journal_date = l.journal_date "
        "and j.source_type = l.source_type where j.journal_id is null"
    )
    assert lonely.num_rows == 0


def test_nothing_is_written_when_nothing_changed(accountant):
    kept = accountant.keep()
    assert (kept.documents, kept.written, kept.removed) == (0, 0, 0)


def test_reading_everything_again_writes_nothing(accountant):
    accountant.read(full=True)
    assert accountant.keep().documents == 0


def test_an_edited_invoice_is_posted_anew_with_its_payments_and_nothing_else(accountant):
    unpaid = _unpaid(accountant)
    documents.add_payment(accountant.books, unpaid, accountant.now(), amount=1000)
    accountant.read()
    accountant.keep()
    documents.edit_invoice(accountant.books, unpaid, accountant.later(minutes=5))
    accountant.read()
    kept = accountant.keep()
    assert (kept.documents, kept.written, kept.removed) == (1, 2, 2)
    assert accountant.lines() == accountant.truth()


def test_a_voided_invoice_leaves_the_ledger(accountant):
    unpaid = _unpaid(accountant)
    documents.void_invoice(accountant.books, unpaid, accountant.now())
    accountant.read()
    accountant.keep()
    assert unpaid not in {key[0] for key in accountant.lines()}
    assert accountant.lines() == accountant.truth()


def test_another_chart_of_accounts_posts_everything_anew(accountant):
    account = accountant.one("select account_id from xero.accounts where code = '400'")["account_id"]
    accountant.change(f"update xero.accounts set code = '4000' where account_id = '{account}'")
    kept = accountant.keep()
    assert kept.documents > 100
    assert accountant.lines() == accountant.truth()


def test_a_line_that_names_its_account_by_code_alone_finds_it(accountant):
    accountant.change("update xero.invoice_line_items set account_id = null")
    assert accountant.keep().faults == 0
    assert accountant.lines() == accountant.truth()


WAYS = (
    lambda books, pick, at: documents.edit_invoice(books, pick("Invoices"), at, add=12_345),
    lambda books, pick, at: documents.add_invoice(books, at, kind="ACCPAY"),
    lambda books, pick, at: documents.add_invoice(books, at, day=dt.date(2026, 1, 7)),
    lambda books, pick, at: documents.void_invoice(books, pick("Invoices"), at),
    lambda books, pick, at: documents.add_payment(books, pick("Invoices"), at),
    lambda books, pick, at: documents.add_payment(books, pick("Invoices"), at, amount=4_321),
    lambda books, pick, at: documents.delete_payment(books, pick("Payments"), at),
    lambda books, pick, at: documents.remove_allocation(books, "CreditNotes", pick("CreditNotes"), at),
    lambda books, pick, at: documents.remove_allocation(books, "Prepayments", pick("Prepayments"), at),
    lambda books, pick, at: documents.remove_allocation(books, "Overpayments", pick("Overpayments"), at),
    lambda books, pick, at: records.delete_bank_transaction(books, pick("BankTransactions"), at),
    lambda books, pick, at: records.delete_transfer(books, pick("BankTransfers"), at),
    lambda books, pick, at: records.void_journal(books, pick("ManualJournals"), at),
    lambda books, pick, at: silent_changes.rebook_line(books, pick("Invoices"), "489"),
)


@pytest.mark.parametrize("seed", range(so_many(100, 1)))
def test_whatever_people_do_the_ledger_follows_and_ties_out(accountant, seed):
    chance = random.Random(seed)

    def pick(wrapper):
        return chance.choice(sorted(accountant.books.bench.tables[wrapper]))

    for _ in range(2):
        for _ in range(12):
            try:
                chance.choice(WAYS)(accountant.books, pick, accountant.later(seconds=7))
            except EditRefused:
                continue
        # Edits that leave no trace, and what Xero's list of transfers does not tell, are found by reading all again.
        accountant.read(full=True)
        accountant.keep()
        assert accountant.lines() == accountant.truth()
    accountant.pull()
    accountant.keep()
    assert accountant.off() == []


def test_documents_that_cannot_post_are_named_and_the_rest_posts(accountant):
    rows = accountant.warehouse.query(
        "select invoice_id from xero.invoices where status = 'AUTHORISED' order by invoice_id limit 3"
    ).to_pylist()
    short, nowhere, rateless = (row["invoice_id"] for row in rows)
    accountant.change(f"update xero.invoice_line_items set line_amount = line_amount + 5 where invoice_id = '{short}'")
    accountant.change(
        f"update xero.invoice_line_items set account_id = null, account_code = '9999' where invoice_id = '{nowhere}'"
    )
    accountant.change(
        f"update xero.invoices set currency_rate = null, currency_code = 'ISK' where invoice_id = '{rateless}'"
    )
    assert accountant.keep().faults == 3
    told = {
        row["document_id"]: row["problem"]
        for row in accountant.warehouse.query(
            "select document_id, problem from ledger.documents where problem is not null"
        ).to_pylist()
    }
    assert "do not add up to its total" in told[short]
    assert "names no account of the chart" in told[nowhere]
    assert "its currency rate is missing (ISK)" in told[rateless]
    assert {key[0] for key in accountant.truth()} - {key[0] for key in accountant.lines()} >= {short, nowhere, rateless}


def test_a_payment_without_its_document_is_named(accountant):
    payment = accountant.one(
        "select payment_id, invoice_id from xero.payments where status = 'AUTHORISED' order by payment_id limit 1"
    )
    accountant.change(f"update xero.payments set invoice_id = 'lost' where payment_id = '{payment['payment_id']}'")
    accountant.keep()
    found = accountant.one("select document_id, problem from ledger.documents where problem is not null")
    assert found == {
        "document_id": payment["payment_id"],
        "problem": "it pays a document that is not in the warehouse",
    }


def test_two_organisations_keep_their_ledgers_apart(accountant):
    before = accountant.lines()
    accountant.change("update ledger.journals set tenant_id = 'other'")
    accountant.change("update ledger.journal_lines set tenant_id = 'other'")
    accountant.change("update ledger.documents set tenant_id = 'other'")
    accountant.keep()
    mine = accountant.one(f"select count(*) as n from ledger.journals where tenant_id = '{accountant.tenant_id}'")
    others = accountant.one("select count(*) as n from ledger.journals where tenant_id = 'other'")
    assert mine == others
    assert {key: (net * 2, foreign * 2) for key, (net, foreign) in before.items()} == accountant.lines()


def _unpaid(accountant):
    found = accountant.one(
        "select invoice_id from xero.invoices where status = 'AUTHORISED' and amount_due = total and amount_due > 50 "
        "and currency_code = 'NZD' order by invoice_id limit 1"
    )
    return found["invoice_id"]
