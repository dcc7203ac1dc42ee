"""Whatever changes, a ledger that is brought up to it says what one says that is made anew from the same rows."""

from __future__ import annotations

import pytest
from hypothesis import Phase, given, note, seed, settings
from hypothesis import strategies as st

from xero_pipeline.ledger.tables import ledger_tables, named
from xero_pipeline.ledger.update import update_ledger
from xero_pipeline_tests.ledger.accountant import forget_inputs
from xero_pipeline_tests.ledger.books import NOW
from xero_pipeline_tests.ledger.spoiling import DAY, KEYS, books_to_spoil, spoils
from xero_pipeline_tests.thoroughness import so_many

# What else a ledger is made of; each with what undoes it.
BESIDE_DOCUMENTS = [
    (f"UPDATE xero.{table} SET {column} = {value}{where}", f"UPDATE xero.{table} SET {column} = {before}{where}")
    for table, column, value, before, where in (
        ("contacts", "name", "'Renamed'", "'Customer'", ""),
        ("contacts", "is_deleted", "TRUE", "FALSE", ""),
        ("organisations", "base_currency", "'USD'", "'NZD'", ""),
        ("organisations", "financial_year_end_month", "6", "3", ""),
        ("accounts", "code", "'other'", "'sales'", " WHERE account_id = 'sales'"),
        ("accounts", "currency_code", "'NZD'", "'USD'", " WHERE account_id = 'bank in USD'"),
        ("accounts", "system_account", "NULL", "'DEBTORS'", " WHERE account_id = 'receivables'"),
        ("accounts", "name", "'Renamed'", "'bank'", " WHERE account_id = 'bank'"),
        ("invoice_line_item_tracking", '"option"', "'South'", "'North'", ""),
        ("batch_payments", "status", "'DELETED'", "'AUTHORISED'", ""),
        ("trial_balance", "ytd_debit", "7", "0", " WHERE account_id = 'sales'"),
    )
]
OWN = [table for table in ledger_tables() if "tenant_id" in {column.name for column in table.all_columns}]
"""The tables of an organisation's own ledger; others are of the group."""


@pytest.mark.parametrize("first", range(so_many(12, 1)))  # few examples each: all of a test is one transaction
def test_what_is_written_for_changes_alone_is_what_is_written_anew(books, first):
    books_to_spoil(books)
    _more(books)
    for name in KEYS:
        books.change(f"CREATE TABLE {name}_before AS SELECT * FROM xero.{name}")

    @seed(first)
    @settings(max_examples=so_many(15, 3), deadline=None, database=None, phases=[Phase.generate])
    @given(
        st.lists(spoils(), max_size=3),
        st.lists(st.sampled_from(BESIDE_DOCUMENTS), max_size=2),
        st.sampled_from(["days", "months"]),
    )
    def same(spoilt, beside, ageing):
        try:
            for statement in (*spoilt, *(changes for changes, _ in beside)):
                note(statement)
                books.change(statement)
            _keep(books, ageing)
            for_changes = _said(books)
            for table in OWN:
                books.change(f"DELETE FROM {named(table.name)} WHERE tenant_id = 't'")
            _keep(books, ageing)
            anew = _said(books)
            assert {name: rows for name, rows in for_changes.items() if rows != anew[name]} == {}
            assert len(anew["aged_receivables"]) + len(anew["journal_lines"]) > 0
        finally:
            for name in KEYS:
                books.change(f"DELETE FROM xero.{name}")
                books.change(f"INSERT INTO xero.{name} SELECT * FROM {name}_before")
            for _, undoes in beside:
                books.change(undoes)

    same()


def _more(books):
    """A customer, tracking, a batch, and Xero's trial balances of two months."""
    books.put("contacts", contact_id="customer", name="Customer")
    books.change("UPDATE xero.invoices SET contact_id = 'customer'")
    books.put("invoice_line_item_tracking", invoice_id="i", line_item_id="i/1", position=1,
              tracking_category_id="region", tracking_option_id="north", name="Region", option="North")  # fmt: skip
    books.put("batch_payments", batch_payment_id="batch", status="AUTHORISED")
    books.change("UPDATE xero.payments SET batch_payment_id = 'batch' WHERE payment_id = 'beside p'")
    for month in (1, 2):
        books.trial_balance(DAY.replace(month=month, day=28 if month == 2 else 31), {"sales": "-100", "bank": "100"})
    _keep(books, "days")


def _keep(books, ageing):
    with books.warehouse.writing() as connection:
        forget_inputs(connection)
    update_ledger(books.warehouse, "t", {}, at=NOW, ageing=ageing)


def _said(books):
    """All rows of every table, but for the instants of writing; numbers of journals are given once, in their order."""
    found = {}
    for table in OWN:
        if table.name not in ("kept", "journal_numbers"):
            names = [one.name for one in table.all_columns if one.name not in ("posted_at", "differs_since")]
            columns = ", ".join(f'"{name}"' for name in names)
            rows = books.warehouse.query(f"SELECT {columns} FROM {named(table.name)}").to_pylist()
            found[table.name] = sorted(repr(tuple(row.values())) for row in rows)
    return found


def test_a_due_date_and_the_name_of_a_customer_alone_reach_the_aged_tables(books):
    books.put("contacts", contact_id="customer", name="Customer")
    for name in ("one", "other"):
        books.document("invoices", name, "ACCREC", [("sales", "100")], due_date=DAY, contact_id="customer")
    _keep(books, "days")
    books.change(f"UPDATE xero.invoices SET due_date = DATE '{DAY.replace(month=1, day=30)}' WHERE invoice_id = 'one'")
    _keep(books, "days")
    assert _aged(books, "due_date", "days_overdue") == {"one": (DAY.replace(month=1, day=30), 1), "other": (DAY, 26)}
    books.change("UPDATE xero.contacts SET name = 'Renamed'")
    _keep(books, "days")
    assert _aged(books, "contact_name") == {"one": ("Renamed",), "other": ("Renamed",)}


def _aged(books, *columns):
    sql = f"SELECT document_id, {', '.join(columns)} FROM ledger.aged_receivables WHERE as_of = DATE '2026-01-31'"
    return {row.pop("document_id"): tuple(row.values()) for row in books.warehouse.query(sql).to_pylist()}
