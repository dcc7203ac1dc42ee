"""The figures of the web page are exact, and the same on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from xero_pipeline.ageing import AGES
from xero_pipeline.ledger.schema import upgrade_schema
from xero_pipeline.web.figures.company_figures import read_figures
from xero_pipeline.web.figures.panels import panels
from xero_pipeline_tests.rows import insert

pytestmark = pytest.mark.slow

TENANT = "t-1"
TODAY = date(2026, 11, 24)
NASTY = "<script>alert('x')</script> & Söhne"


@pytest.fixture(name="insert")
def insert_of_tenant(warehouse):
    def rows(table, *given):
        with warehouse.writing() as connection:
            for row in given:
                insert(connection, table, **{"tenant_id": TENANT, **row})

    return rows


def invoice(number, due, amount, *, currency_rate="1", status="AUTHORISED", kind="ACCREC", contact="c-1", net=None):
    return {
        "invoice_id": f"i-{number}", "type": kind, "status": status, "due_date": due, "date": date(2026, 10, 1),
        "total": Decimal(amount), "sub_total": Decimal(net or amount), "currency_rate": Decimal(currency_rate),
        "contact_id": contact, "is_deleted": False,
    }  # fmt: skip


def credit(number, amount, *, kind="ACCRECCREDIT", rate="1", **more):
    return {
        "credit_note_id": f"n-{number}", "type": kind, "status": "AUTHORISED", "total": Decimal(amount),
        "currency_rate": Decimal(rate), "is_deleted": False, "date": date(2026, 10, 5), "sub_total": Decimal(amount),
        "contact_id": "c-1", **more,
    }  # fmt: skip


def test_a_home_without_books_has_nothing_to_show(warehouse):
    figures = read_figures(warehouse, TENANT, "Nobody", TODAY, 12)
    assert figures.name == "Nobody"
    assert panels(figures) == []
    assert figures.tie_out is None


def test_receivables_go_by_their_due_dates_and_each_document_is_converted_to_the_cent(warehouse, insert):
    insert(
        "xero.invoices",
        invoice(1, date(2026, 11, 24), "100.00"),
        invoice(2, date(2026, 11, 23), "10.00"),
        invoice(3, date(2026, 10, 25), "1.00"),
        invoice(4, date(2026, 10, 24), "0.50"),
        invoice(5, date(2026, 8, 1), "33.33", currency_rate="0.6000000000"),
        invoice(6, date(2026, 7, 1), "33.34", currency_rate="0.6000000000"),
        invoice(7, None, "7.00"),
        invoice(8, date(2026, 8, 1), "999.00", status="DRAFT"),
        invoice(9, date(2026, 8, 1), "999.00", kind="ACCPAY"),
        invoice(10, date(2026, 8, 1), "0.00", status="AUTHORISED"),
    )
    insert(
        "xero.credit_notes",
        credit(1, "5.00"),
        credit(2, "3.00", rate="0.5"),
        credit(3, "9.00", kind="ACCPAYCREDIT"),
        credit(4, "2.00", due_date=date(2027, 1, 1)),
    )
    figures = read_figures(warehouse, TENANT, "x", TODAY, 12)
    # The invoice and the credits without a due date go by their own day.
    assert [f"{age.unpaid:.2f}" for age in figures.ages] == ["100.00", "11.00", "7.50", "0.00", "55.55", "55.57"]
    assert [f"{age.amount:.2f}" for age in figures.ages] == ["98.00", "11.00", "-3.50", "0.00", "55.55", "55.57"]
    assert [age.invoices for age in figures.ages] == [1, 2, 2, 0, 1, 1]
    assert figures.credits == Decimal("13.00")
    assert figures.owed == Decimal("216.62")
    assert figures.overdue == Decimal("118.62")
    assert len(figures.ages) == AGES


@pytest.fixture
def kept(warehouse, insert):
    """A ledger that was kept, without a row."""
    with warehouse.writing() as connection:
        upgrade_schema(warehouse.dialect, connection)
    insert("ledger.kept", {"kept_at": datetime(2026, 11, 24, tzinfo=UTC), "journals": 1, "faults": 0})


def test_the_sections_of_the_ledger_make_a_month_and_a_quiet_month_is_nought(warehouse, insert, kept):
    def line(position, section, account, amount, kind="account", month=11):
        return {
            "period_start": date(2026, month, 1), "period_end": date(2026, month, 30), "position": position,
            "section": section, "line_type": kind, "account_id": account, "account_name": account,
            "amount": Decimal(amount),
        }  # fmt: skip

    insert(
        "ledger.profit_and_loss",
        line(1, "Income", "sales", "1000.00"),
        line(2, "Less Cost of Sales", "stock", "300.10"),
        line(3, "Plus Other Income", "interest", "5.00"),
        line(4, "Less Operating Expenses", "rent", "200.00"),
        line(5, "Less Operating Expenses", "FXGROUPID", "-50.05"),
        line(6, "", "Net Profit", "554.95", kind="total"),
        line(1, "", "Net Profit", "0.00", kind="total", month=9),
        line(1, "Income", "sales", "9.00", month=12),
    )
    quiet, month = read_figures(warehouse, TENANT, "x", TODAY, 12).months
    assert (quiet.month, quiet.income, quiet.net_profit) == (date(2026, 9, 1), 0, 0)
    assert (month.income, month.cost_of_sales, month.expenses) == (
        Decimal("1005"),
        Decimal("300.10"),
        Decimal("149.95"),
    )
    assert month.net_profit == Decimal("554.95")


@pytest.fixture
def sold(insert, kept):
    def line(number, contact, amount, source="ACCREC", day=TODAY):
        insert(
            "ledger.journal_lines",
            {"journal_id": f"j-{number}", "line_number": 1, "journal_date": day, "account_id": "sales", "role": "line",
             "net_amount": Decimal(amount), "source_type": source, "source_id": f"j-{number}", "contact_id": contact},
        )  # fmt: skip

    return line


def test_the_customers_are_those_who_bought_most_less_what_was_credited(warehouse, insert, sold):
    insert("xero.contacts", {"contact_id": "c-1", "name": NASTY}, {"contact_id": "c-2", "name": "Two"})
    sold(1, "c-1", "-100.00")
    sold(2, "c-2", "-120.00", day=date(2026, 10, 1))
    sold(3, "c-1", "25.00", "ACCRECCREDIT")
    sold(4, "c-3", "10.00", "ACCRECCREDIT")
    sold(5, "c-1", "-999.00", "CASHREC")
    sold(6, "c-1", "-999.00", day=date(2027, 1, 1))
    figures = read_figures(warehouse, TENANT, "x", TODAY, 12)
    assert [(one.name, one.amount) for one in figures.customers] == [
        ("Two", Decimal("120.00")), (NASTY, Decimal("75.00"))
    ]  # fmt: skip
    assert figures.customers[0].share == Decimal(120) / Decimal(185)
    assert figures.sold_since == date(2026, 10, 1)


def test_a_name_that_is_markup_is_text_in_the_chart(warehouse, insert, sold):
    insert("xero.contacts", {"contact_id": "c-1", "name": NASTY})
    sold(1, "c-1", "-100.00")
    shown = {panel.key: panel for panel in panels(read_figures(warehouse, TENANT, "x", TODAY, 12))}
    drawn = shown["customers"].drawn[0]
    for svg in (drawn.wide, drawn.narrow):
        assert "<script" not in svg
        assert "&lt;script" in svg
        assert " style=" not in svg


def test_the_tie_out_counts_what_differs_and_what_waits(warehouse, insert, kept):
    def row(account, difference, *, stale=False, month=11):
        return {
            "statement": "trial_balance", "period_start": date(2026, month, 1), "period_end": date(2026, month, 28),
            "account_id": account, "measure": "balance", "account_name": account, "our_amount": Decimal(difference),
            "xero_amount": Decimal(0), "difference": Decimal(difference), "cause": "PAYROLL", "is_stale": stale,
        }  # fmt: skip

    insert("xero.accounts", {"account_id": "b", "name": "b"})
    rows = (
        row("a", "0"),
        row("b", "-7.50"),
        row("c", "3", stale=True),
        row("a", "0", month=10),
        row("sum", "1", month=10),
    )
    insert("ledger.tie_out", *rows)
    tie = read_figures(warehouse, TENANT, "x", TODAY, 12).tie_out
    assert (tie.figures, tie.differ, tie.stale) == (4, 2, 1)
    assert [(one["account_name"], one["account_id"]) for one in tie.differences] == [("b", "b"), ("sum", None)]
