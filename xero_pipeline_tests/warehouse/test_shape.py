"""Answers become typed tables; what is odd is read with care, what is wrong is named."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from xero_pipeline.errors import RecordRefused
from xero_pipeline.warehouse.parse.to_arrow import FEW
from xero_pipeline_tests.warehouse.answers import FIRST, TENANT, body, envelope, invoice, invoices, line, tables_of, uid


def shaped(*bodies, collection="invoices", wrapper="Invoices", **more):
    return tables_of(collection, bodies, wrapper=wrapper, tenant_id=TENANT, synced_at=FIRST, **more)


def only(table):
    rows = table.to_pylist()
    assert len(rows) == 1
    return rows[0]


def test_children_know_their_parent_and_their_place():
    tracking = {"Name": "Region", "Option": "North"}
    batch = invoices(
        invoice("a", lines=[line("a1"), line("a2", Tracking=[tracking, tracking])]), invoice("b", lines=[line("b1")])
    )
    lines = [
        (row["invoice_id"], row["line_item_id"], row["position"]) for row in batch["invoice_line_items"].to_pylist()
    ]
    assert lines == [(uid("a"), uid("a1"), 1), (uid("a"), uid("a2"), 2), (uid("b"), uid("b1"), 1)]
    tracked = [
        (row["invoice_id"], row["line_item_id"], row["position"], row["option"])
        for row in batch["invoice_line_item_tracking"].to_pylist()
    ]
    assert tracked == [(uid("a"), uid("a2"), 1, "North"), (uid("a"), uid("a2"), 2, "North")]


def test_raw_is_the_records_exact_text():
    text = '{ "InvoiceID": "x",\n\t"Total" : 1.50,\r\n "Neu": {"a": [1, 2.00]}, "Url": "\\/\\u00e9é" }'
    row = only(shaped(body(text))["invoices"])
    assert row["raw"] == text
    assert (row["total"], row["url"]) == (Decimal("1.5000"), "/éé")


def test_escaped_dates_are_dates():
    row = only(shaped(body('{"InvoiceID":"x","Date":"\\/Date(1518652800000+0000)\\/"}'))["invoices"])
    assert row["date"] == date(2018, 2, 15)


def test_missing_and_unknown_keys_do_no_harm():
    row = only(shaped(body('{"InvoiceID":"x","BrandNew":{"Deep":[1]}}'))["invoices"])
    assert row["total"] is None
    assert row["is_deleted"] is False


def test_an_empty_list_makes_empty_tables_of_the_same_columns():
    empty, full = shaped(envelope()), invoices(invoice("a"))
    assert {name: table.schema for name, table in empty.items()} == {name: t.schema for name, t in full.items()}
    assert not any(table.num_rows for table in empty.values())


def test_null_objects_written_as_lists_and_quoted_numbers_are_read():
    record = invoice("a", Total="12.34", SentToContact="true", Contact=[], Reference=7)
    row = only(invoices(record, invoice("b"))["invoices"].slice(0, 1))
    assert (row["total"], row["sent_to_contact"], row["contact_id"]) == (Decimal("12.3400"), True, None)
    assert row["reference"] == "7"


def test_one_odd_record_leaves_the_other_pages_rows_as_they_are():
    plain = envelope(invoice("a", Total=1.5, lines=[line("a1")]))
    odd = envelope(invoice("b", Contact=[], lines=[line("b1")]))
    both = shaped(plain, odd)
    assert both["invoices"].slice(0, 1) == shaped(plain)["invoices"]
    assert both["invoice_line_items"]["line_item_id"].to_pylist() == [uid("a1"), uid("b1")]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("Total", "twelve"),
        ("Total", {"a": 1}),
        ("Total", 12345678901234567.5),
        ("Date", "the day after tomorrow"),
        ("Date", 5),
        ("SentToContact", "perhaps"),
        ("Contact", "Bayside Club"),
        ("LineItems", 5),
        ("Status", [1]),
    ],
)
def test_a_wrong_type_names_the_record_and_the_field(field, value):
    with pytest.raises(RecordRefused, match=f"invoices.{field}") as caught:
        invoices(invoice("good"), {**invoice("bad"), field: value})
    assert caught.value.record_id == uid("bad")


def test_a_refused_record_can_be_put_aside_while_the_rest_goes_on():
    aside = []
    records = envelope(invoice("a"), invoice("b", Total="?"), invoice("c", lines=[line("c1")]))
    batch = shaped(records, refuse=aside.append)
    assert batch["invoices"]["invoice_id"].to_pylist() == [uid("a"), uid("c")]
    assert batch["invoice_line_items"]["invoice_id"].to_pylist() == [uid("c")]
    assert [fault.record_id for fault in aside] == [uid("b")]


def test_of_many_records_the_few_that_need_care_are_found_wherever_they_are():
    aside = []
    odd = {3: {"Total": "?"}, 2 * FEW: {"Contact": []}, 5 * FEW + 1: {"Total": "?"}}
    records = [invoice(str(n), lines=[line(f"{n}a")], **odd.get(n, {})) for n in range(6 * FEW)]
    batch = shaped(envelope(*records[:100]), envelope(*records[100:]), refuse=aside.append)
    assert [fault.record_id for fault in aside] == [uid("3"), uid(str(5 * FEW + 1))]
    kept = [uid(str(n)) for n in range(6 * FEW) if "Total" not in odd.get(n, {})]
    assert batch["invoices"]["invoice_id"].to_pylist() == kept
    assert batch["invoice_line_items"]["invoice_id"].to_pylist() == kept


def test_a_record_without_its_id_is_refused():
    with pytest.raises(RecordRefused, match="InvoiceID"):
        invoices({"Total": 1})


def test_a_record_on_two_pages_is_taken_once_in_its_later_version():
    old, new = invoice("a", minute=1, lines=[line("old")]), invoice("a", minute=2, lines=[line("new")])
    for pages in ([envelope(old), envelope(new, invoice("b"))], [envelope(new, invoice("b")), envelope(old)]):
        batch = shaped(*pages)
        assert sorted(batch["invoices"]["invoice_id"].to_pylist()) == sorted([uid("a"), uid("b")])
        assert batch["invoice_line_items"]["line_item_id"].to_pylist() == [uid("new")]


def test_of_two_equally_old_versions_the_one_read_later_is_taken():
    first, second = invoice("a", Reference="1"), invoice("a", Reference="2")
    assert only(shaped(envelope(first), envelope(second))["invoices"])["reference"] == "2"


def test_lines_without_an_id_get_one_that_stays_the_same():
    nameless = [{"Description": "1"}, line("named"), {"LineItemID": "00000000-0000-0000-0000-000000000000"}]
    one, two = (invoices(invoice("a", lines=nameless))["invoice_line_items"] for _ in range(2))
    ids = one["line_item_id"].to_pylist()
    assert ids[1] == uid("named")
    assert len(set(ids)) == 3
    assert one == two


def test_an_id_that_occurs_twice_in_one_list_loses_no_line():
    ids = invoices(invoice("a", lines=[line("x"), line("x")]))["invoice_line_items"]["line_item_id"].to_pylist()
    assert ids[0] == uid("x")
    assert len(set(ids)) == 2


def test_null_elements_of_a_list_are_not_rows():
    batch = invoices(invoice("a", lines=[None, line("a1"), None, line("a2")]))
    found = [(row["line_item_id"], row["position"]) for row in batch["invoice_line_items"].to_pylist()]
    assert found == [(uid("a1"), 1), (uid("a2"), 2)]


def test_what_xero_calls_deleted_is_deleted_with_its_lines():
    batch = invoices(
        invoice("a", Status="DELETED", lines=[line("a1")]), invoice("b", Status="VOIDED", lines=[line("b1")])
    )
    assert batch["invoices"]["is_deleted"].to_pylist() == [True, False]
    assert batch["invoice_line_items"]["is_deleted"].to_pylist() == [True, False]


def test_a_time_in_another_format_is_the_same_time():
    moment = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    for written in (
        "/Date(1700000000000)/",
        "/Date(1700000000000+1300)/",
        "2023-11-14T22:13:20Z",
        "2023-11-14T22:13:20",
    ):
        row = only(shaped(body(json.dumps({"InvoiceID": "x", "UpdatedDateUTC": written})))["invoices"])
        assert row["updated_date_utc"] == moment
