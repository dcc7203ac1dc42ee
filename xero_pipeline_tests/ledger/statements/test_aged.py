"""What was open of every document on any day, and by whom it was owed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import count

import pytest
from sqlalchemy import text

from xero_pipeline.ledger.statements.aged import BUCKETS, aged, aged_sql, by_contact
from xero_pipeline.simulator.books.double_entry.open_amounts import document_key
from xero_pipeline.simulator.books.double_entry.postings import POSTED
from xero_pipeline.simulator.values.amounts import to_base
from xero_pipeline.simulator.values.days import day_of_wire, wire_day
from xero_pipeline.xero.reports.aged_reports import aged_rows
from xero_pipeline_tests.ledger.accountant import CENTS
from xero_pipeline_tests.ledger.statements.conftest import FIRST, TODAY
from xero_pipeline_tests.ledger.statements.shelves import put

DAYS = [dt.date(2027, 11, 30), dt.date(2028, 2, 29), dt.date(2028, 3, 14), dt.date(2028, 6, 1), TODAY]
EVERY_SOME = [FIRST + dt.timedelta(days=number) for number in range(0, (TODAY - FIRST).days + 1, 3)]
KINDS = {
    "receivables": {"ACCREC": 1, "ACCRECCREDIT": -1, "RECEIVE-OVERPAYMENT": -1},
    "payables": {"ACCPAY": 1, "ACCPAYCREDIT": -1, "SPEND-OVERPAYMENT": -1},
}
SIDES = [("receivables", "Accounts Receivable", 1), ("payables", "Accounts Payable", -1)]
_numbers = count()


def truth(company, side, day):
    """Own and base amount of every open document, from the simulator's events."""
    found = {}
    for wrapper in ("Invoices", "CreditNotes", "Overpayments"):
        for record in company.records(wrapper):
            sign = KINDS[side].get(record["Type"])
            if sign and record["Status"] in POSTED and day_of_wire(record["Date"]) <= day:
                left = company.open_amounts.open_at(record, day)
                if left:
                    found[document_key(record)] = (sign * left, sign * to_base(left, record["CurrencyRate"]))
    return found


@pytest.mark.parametrize("side", KINDS)
def test_every_open_document_in_its_own_and_in_base_currency(here, side):
    currencies = set()
    for day in DAYS:
        found = aged(here.connection, here.tenant_id, side, day)
        ours = {one.document_id: (one.open_amount, one.open_amount_base) for one in found}
        assert len(ours) == len(found)
        assert ours == truth(here.company, side, day)
        currencies |= {one.currency_code for one in found}
    assert len(currencies) > 1


@pytest.mark.parametrize(("side", "name", "sign"), SIDES)
def test_open_documents_are_the_control_account(here, side, name, sign):
    sql = f"SELECT as_of, SUM(open_amount_base) FROM ({aged_sql(here.connection.dialect.name, side, EVERY_SOME)}) AS a"
    rows = here.connection.execute(text(f"{sql} GROUP BY as_of"), {"tenant_id": here.tenant_id})
    (control,) = [row["AccountID"] for row in here.company.records("Accounts") if row["Name"] == name]
    expected = {day: sign * here.company.ledger.balance(control, day) for day in EVERY_SOME}
    found = dict.fromkeys(EVERY_SOME, 0) | dict(tuple(row) for row in rows)
    # Xero rounds each part of a foreign document alone, and leaves a cent of it on the control account for good.
    assert {day: abs(found[day] - amount) for day, amount in expected.items() if abs(found[day] - amount) > CENTS} == {}


def test_a_contact_owes_what_xeros_own_report_says(here):
    found = aged(here.connection, here.tenant_id, "receivables", TODAY)
    invoices = [one for one in found if one.document_type == "ACCREC"]
    for contact_id in sorted({one.contact_id for one in invoices})[:6]:
        params = {"contactId": contact_id, "date": TODAY.isoformat(), "toDate": TODAY.isoformat()}
        report = aged_rows(here.company.report("AgedReceivablesByContact", params, TODAY))
        assert {(one.document_id, one.number, one.due_date, one.days_overdue, one.open_amount_base) for one in invoices
                if one.contact_id == contact_id} == {
            (row.invoice_id, row.number, row.due_date, row.overdue_days, row.due) for row in report if row.invoice_id
        }  # fmt: skip


def test_the_summary_by_contact_adds_up(here):
    documents = aged(here.connection, here.tenant_id, "receivables", TODAY)
    summary = by_contact(documents)
    assert [one.total for one in summary] == sorted((one.total for one in summary), reverse=True)
    for place, bucket in enumerate(BUCKETS):
        assert sum(one.amounts[place] for one in summary) == sum(
            one.open_amount_base for one in documents if one.bucket == bucket
        )


@pytest.fixture
def planted(warehouse):
    """An organisation of its own for one test, in euros."""
    tenant_id = f"planted-{next(_numbers)}"
    organisation = {"OrganisationID": tenant_id, "Name": "Planted", "BaseCurrency": "EUR"}
    put(warehouse, tenant_id, "organisations", [organisation])
    return tenant_id


def document(name, **more):
    return {
        "InvoiceID": name,
        "InvoiceNumber": name,
        "Type": "ACCREC",
        "Status": "AUTHORISED",
        "Contact": {"ContactID": "c", "Name": "Customer"},
        "Date": wire_day(dt.date(2028, 1, 10)),
        "DueDate": wire_day(dt.date(2028, 1, 31)),
        "CurrencyCode": "EUR",
        "Total": Decimal("100.00"),
        **more,
    }


def payment(name, invoice, day, amount, **more):
    return {
        "PaymentID": name,
        "Status": "AUTHORISED",
        "Date": wire_day(day),
        "Amount": Decimal(amount),
        "Invoice": {"InvoiceID": invoice},
        **more,
    }


def open_on(warehouse, tenant_id, *days):
    """The open receivables by id, one dictionary a day."""
    with warehouse.reading() as connection:
        found = [aged(connection, tenant_id, "receivables", day) for day in days]
    return [{one.document_id: one for one in documents} for documents in found]


def test_a_document_stands_in_xeros_column_of_its_days_overdue(warehouse, planted):
    put(warehouse, planted, "invoices", [document("a")])
    due = dt.date(2028, 1, 31)
    limits = {-1: 0, 0: 0, 1: 1, 30: 1, 31: 2, 60: 2, 61: 3, 90: 3, 91: 4, 120: 4, 121: 5, 900: 5}
    found = open_on(warehouse, planted, *(due + dt.timedelta(days=late) for late in limits))
    for (late, place), documents in zip(limits.items(), found, strict=True):
        assert (documents["a"].bucket, documents["a"].days_overdue) == (BUCKETS[place], max(late, 0))


def test_by_calendar_months_a_document_moves_on_when_it_is_a_whole_month_overdue(warehouse, planted):
    put(warehouse, planted, "invoices", [document("a")])  # due on 31 January 2028
    places = {(1, 31): 0, (2, 1): 1, (2, 28): 1, (2, 29): 2, (3, 30): 2, (3, 31): 3, (4, 29): 3, (4, 30): 4, (5, 30): 4,
              (5, 31): 5}  # fmt: skip
    with warehouse.reading() as connection:
        for (month, day), place in places.items():
            (found,) = aged(connection, planted, "receivables", dt.date(2028, month, day), "months")
            assert found.bucket == BUCKETS[place], (month, day)


def test_what_is_paid_before_the_day_of_the_invoice_is_a_credit_until_then(warehouse, planted):
    put(warehouse, planted, "invoices", [document("a", CurrencyCode="USD", CurrencyRate=Decimal("1.1"))])
    put(warehouse, planted, "payments", [payment("p", "a", dt.date(2028, 1, 5), "33.33")])
    before, *found = open_on(warehouse, planted, *(dt.date(2028, 1, day) for day in (4, 9, 10)))
    early, then = (documents["a"] for documents in found)
    assert before == {}
    assert (early.open_amount, then.open_amount) == (Decimal("-33.33"), Decimal("66.67"))
    assert then.open_amount_base - early.open_amount_base == to_base(Decimal(100), Decimal("1.1"))


def test_deleted_payments_and_what_never_posted_do_not_count(warehouse, planted):
    others = [document(status, Status=status) for status in ("DRAFT", "SUBMITTED", "VOIDED", "DELETED")]
    put(warehouse, planted, "invoices", [document("a"), *others])
    day = dt.date(2028, 1, 20)
    put(warehouse, planted, "payments", [payment("p", "a", day, "10", Status="DELETED"), payment("q", "a", day, "5")])
    (found,) = open_on(warehouse, planted, day)
    assert {name: one.open_amount for name, one in found.items()} == {"a": Decimal("95.00")}


def test_a_credit_is_open_by_what_is_neither_used_nor_paid_back(warehouse, planted):
    note = {
        **document("n", Type="ACCRECCREDIT"),
        "CreditNoteID": "n",
        "CreditNoteNumber": "CN-1",
        "Allocations": [
            {
                "AllocationID": "x",
                "Date": wire_day(dt.date(2028, 1, 15)),
                "Amount": Decimal(30),
                "Invoice": {"InvoiceID": "a"},
            }
        ],
    }
    put(warehouse, planted, "invoices", [document("a")])
    put(warehouse, planted, "credit_notes", [note])
    # Xero names the credit note under Invoice or under CreditNote.
    put(
        warehouse,
        planted,
        "payments",
        [
            payment("p", "n", dt.date(2028, 1, 20), "20"),
            {**payment("q", "", dt.date(2028, 1, 25), "50"), "Invoice": None, "CreditNote": {"CreditNoteID": "n"}},
        ],
    )
    days = (14, 15, 20, 25)
    found = open_on(warehouse, planted, *(dt.date(2028, 1, day) for day in days))
    on = dict(zip(days, found, strict=True))
    assert [on[day]["n"].open_amount for day in (14, 15, 20)] == [-100, -70, -50]
    assert "n" not in on[25]
    assert [on[day]["a"].open_amount for day in (14, 15)] == [100, 70]
    assert (on[14]["n"].number, on[14]["n"].source_table) == ("CN-1", "credit_notes")


def test_a_document_without_a_rate_is_in_base_currency_or_has_no_amount_in_it(warehouse, planted):
    put(warehouse, planted, "invoices", [document("a"), document("b", CurrencyCode="USD")])
    (found,) = open_on(warehouse, planted, dt.date(2028, 1, 20))
    assert {name: one.open_amount_base for name, one in found.items()} == {"a": Decimal("100.00"), "b": None}


def test_a_contact_goes_by_its_name_of_today(warehouse, planted):
    put(warehouse, planted, "invoices", [document("a")])
    day = dt.date(2028, 1, 20)
    assert open_on(warehouse, planted, day)[0]["a"].contact_name == "Customer"
    put(warehouse, planted, "contacts", [{"ContactID": "c", "Name": "Renamed"}])
    assert open_on(warehouse, planted, day)[0]["a"].contact_name == "Renamed"
