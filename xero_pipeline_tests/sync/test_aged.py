"""Aged reports against the books they are made of: the right calls, the right rows, and nothing twice."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import httpx
import pytest

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.sync.aged_reports import aged_calls, sync_aged
from xero_pipeline_tests.sync.conftest import OURS, SERVER_TIME, TENANT
from xero_pipeline_tests.warehouse.answers import tables_of
from xero_simulator.books import build_company
from xero_simulator.config import BooksConfig
from xero_simulator.edits import documents
from xero_simulator.wire import encode

TODAY = SERVER_TIME.date()
CENT = Decimal("0.01")


class Books:
    """A company that answers its aged reports, and its documents in the warehouse."""

    def __init__(self, warehouse, talk):
        self.company = build_company(BooksConfig(today=TODAY, invoices=90, months=4), 0)
        self.warehouse, self.requests = warehouse, []
        self.tally, self.client = talk(self)
        self.load()

    def __call__(self, request):
        self.requests.append(request)
        report = self.company.report(request.url.path.rpartition("/")[2], dict(request.url.params), TODAY)
        return httpx.Response(200, content=json.dumps({"Reports": [report]}).encode())

    def load(self):
        for table, wrapper in (("contacts", "Contacts"), ("invoices", "Invoices")):
            body = b'{"%s":[%s]}' % (wrapper.encode(), b",".join(encode(one) for one in self.company.records(wrapper)))
            self.warehouse.merge(tables_of(table, [body], wrapper=wrapper, tenant_id=TENANT, synced_at=OURS))

    def ask(self, as_of=TODAY, contacts=()):
        calls = aged_calls(self.warehouse, TENANT, as_of, contacts)
        return list(sync_aged(self.client, self.warehouse, TENANT, calls, as_of, tally=self.tally, now=lambda: OURS))

    def rows(self, sql, **params):
        return self.warehouse.query(sql, params).to_pylist()

    def due(self, as_of=TODAY):
        sql = "select contact_id, report, sum(due) as due from xero.aged_by_contact where as_of = :as_of group by 1, 2"
        return {(row["contact_id"], row["report"]): row["due"] for row in self.rows(sql, as_of=as_of)}

    def outstanding(self):
        """What the books have open today, in base currency, by contact and side."""
        found = {}
        for invoice in self.company.records("Invoices"):
            if invoice["Status"] in {"AUTHORISED", "PAID"} and invoice["AmountDue"]:
                side = "receivables" if invoice["Type"] == "ACCREC" else "payables"
                key = invoice["Contact"]["ContactID"], side
                due = (invoice["AmountDue"] / invoice["CurrencyRate"]).quantize(CENT, rounding=ROUND_HALF_UP)
                found[key] = found.get(key, Decimal(0)) + due
        return found


@pytest.fixture
def books(warehouse, talk):
    return Books(warehouse, talk)


def test_everybody_with_something_outstanding_is_asked_for_once_and_adds_up_to_the_books(books):
    outcomes = books.ask()

    assert books.due() == books.outstanding()
    assert len(outcomes) == len(books.requests) == sum(one.calls for one in outcomes) == len(books.outstanding())
    assert {request.url.params["date"] for request in books.requests} == {TODAY.isoformat()}


def test_a_contact_that_could_not_be_read_is_asked_for_by_the_name_on_its_invoice(books):
    whole = aged_calls(books.warehouse, TENANT, TODAY)
    with books.warehouse.writing() as connection:
        connection.exec_driver_sql(f"delete from xero.contacts where contact_id = '{whole[0].contact_id}'")

    assert aged_calls(books.warehouse, TENANT, TODAY) == whole


def test_a_line_says_which_invoice_and_how_long_it_is_overdue(books):
    books.ask()
    lines = books.rows(
        "select a.*, i.type, i.invoice_number, i.due_date as due_on, i.date as dated from xero.aged_by_contact as a "
        "left join xero.invoices as i on i.tenant_id = a.tenant_id and i.invoice_id = a.invoice_id"
    )

    assert {line["line_type"] for line in lines} == {"invoice"}
    assert any(line["overdue_days"] for line in lines)
    for line in lines:
        assert line["overdue_days"] == max(0, (TODAY - line["due_on"]).days)
        assert (line["number"], line["date"], line["due_date"]) == (
            line["invoice_number"],
            line["dated"],
            line["due_on"],
        )
        # Each figure is rounded to its cent when it is turned into base currency.
        assert abs(line["total"] - line["paid"] - line["credited"] - line["due"]) <= CENT


def test_the_same_answer_changes_no_row_and_a_payment_takes_its_line_away(books):
    books.ask()
    again = books.ask()
    assert sum(one.changed for one in again) == 0

    invoice = next(
        row for row in books.company.records("Invoices") if row["Status"] == "AUTHORISED" and row["AmountDue"]
    )
    documents.add_payment(books.company, invoice["InvoiceID"], SERVER_TIME)
    whom = invoice["Contact"]["ContactID"]
    books.ask(contacts=[whom])
    lines = books.rows("select 1 as x from xero.aged_by_contact where invoice_id = :id", id=invoice["InvoiceID"])
    assert lines == []


def test_of_an_earlier_day_those_are_asked_for_who_paid_since(books):
    earlier = TODAY - timedelta(days=60)
    paid_since = books.rows(
        "select distinct contact_id from xero.invoices where date <= :day and fully_paid_on_date > :day "
        "and status = 'PAID' and type = 'ACCREC'",
        day=earlier,
    )
    books.ask(earlier)

    assert paid_since
    assert {(row["contact_id"], "receivables") for row in paid_since} <= set(books.due(earlier))


def test_a_contact_is_chosen_by_name_or_id_and_asked_for_on_both_sides(books):
    contact = books.company.records("Contacts")[0]
    for given in (contact["Name"].upper(), contact["ContactID"]):
        calls = aged_calls(books.warehouse, TENANT, TODAY, [given])
        assert [(call.contact_id, call.kind) for call in calls] == [
            (contact["ContactID"], "receivables"),
            (contact["ContactID"], "payables"),
        ]


def test_a_contact_that_does_not_exist_is_told_with_the_nearest_names(books):
    contact = books.company.records("Contacts")[0]
    with pytest.raises(ConfigurationError, match=f"Did you mean.*{contact['Name']}"):
        aged_calls(books.warehouse, TENANT, TODAY, [contact["Name"] + "s"])


def test_an_opening_balance_is_kept_where_there_is_one():
    from xero_pipeline.xero.reports.aged_reports import aged_rows

    company = build_company(BooksConfig(today=TODAY, invoices=90, months=4), 0)
    contact = next(
        row for row in company.records("Invoices") if row["Type"] == "ACCREC" and row["Status"] == "AUTHORISED"
    )
    asked = {"contactId": contact["Contact"]["ContactID"], "date": TODAY.isoformat()}
    whole = aged_rows(company.report("AgedReceivablesByContact", asked, TODAY))
    since = aged_rows(company.report("AgedReceivablesByContact", asked | {"fromDate": "2026-11-20"}, TODAY))

    assert {row.line_type for row in whole} == {"invoice"}
    assert since[0].line_type == "other"
    assert sum(row.due for row in since) == sum(row.due for row in whole)
    assert since[0].date == date(2026, 11, 20)
