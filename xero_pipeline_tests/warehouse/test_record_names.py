"""A record that could not be read is named as people find it in Xero, whatever Xero sent."""

from __future__ import annotations

import json

import pytest

from xero_pipeline.warehouse.progress.record_names import LONGEST, record_in_words, record_type

BILL = {
    "Type": "ACCPAY",
    "InvoiceNumber": "X0",
    "Contact": {"Name": "Indigo Ridge Supplies"},
    "Reference": "Shelves for the back room",
    "Date": "/Date(1795996800000+0000)/",
    "Total": "many",
}


@pytest.mark.parametrize(
    ("collection", "record", "words"),
    [
        ("invoices", BILL, "Bill X0, Indigo Ridge Supplies, 'Shelves for the back room', 30 Nov 2026"),
        ("invoices", {**BILL, "Type": 1, "Reference": "  "}, "Invoice or bill X0, Indigo Ridge Supplies, 30 Nov 2026"),
        ("bank_transactions", {"Type": "SPEND", "DateString": "2026-11-30T00:00:00"}, "Spend Money, 30 Nov 2026"),
        ("payments", {"Invoice": {"Contact": {"Name": "Ada"}}, "Date": "2026-11-30"}, "Payment, Ada, 30 Nov 2026"),
        ("contacts", {"Name": "Ada\n Lovelace\ud800"}, "Contact, Ada Lovelace"),
        ("accounts", {"Code": 404, "Type": "EXPENSE", "Name": "Bank fees"}, "Account 404, Bank fees"),
        ("tax_rates", {"Name": "a" * 200}, f"Tax Rate, {'a' * (LONGEST - 1)}…"),
    ],
)
def test_a_record_is_called_by_kind_number_contact_reference_and_day(collection, record, words):
    assert record_in_words(collection, json.dumps(record)) == words


@pytest.mark.parametrize("odd", [None, True, 1.5, [], ["x"], {}, {"Name": {}}, "/Date(999999999999999)/"])
def test_a_part_of_a_wrong_type_is_left_out_and_stops_nothing(odd):
    for field in BILL:
        assert record_in_words("invoices", json.dumps({**BILL, field: odd}))
    assert record_in_words("invoices", json.dumps({**BILL, "Date": odd})).endswith("'Shelves for the back room'")
    assert record_in_words("payments", json.dumps({"Invoice": odd, "Contact": odd})) == "Payment"
    assert record_in_words("invoices", json.dumps(odd)) == "Invoice or bill"


@pytest.mark.parametrize("raw", ["", "{", "\ufffd", "[" * 200_000, "9" * 5000])
def test_what_is_no_json_is_called_by_its_kind(raw):
    assert (record_in_words("contacts", raw), record_type(raw)) == ("Contact", None)
