"""Credit notes of a month, of both kinds and in every status, set off or paid back."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from xero_simulator.books.lines import Part, build_lines, tax_way
from xero_simulator.books.plan import MonthPlan
from xero_simulator.books.rates import rate_on
from xero_simulator.books.trade.documents import Heading, credit_note_record
from xero_simulator.books.trade.sales import Trade, bank_for
from xero_simulator.books.trade.settlement import Settlement, allocate, end_document, pay
from xero_simulator.values.amounts import cents, to_base
from xero_simulator.values.days import day_of_wire
from xero_simulator.workbench import Record, Workbench

_TURNS = ("DRAFT", "SUBMITTED", "VOIDED", "DELETED")
_EVERYTHING = 10**12
"""A payment of whatever is left."""


def write_credit_notes(bench: Workbench, plan: MonthPlan, kind: str, trade: Trade) -> None:
    """Credit a part of the month's first document, pay one credit back, and leave one that does not count.

    A document that is credited is paid only after its credit, so that no earlier day has to change.

    Args:
        kind: `ACCRECCREDIT` or `ACCPAYCREDIT`.
        trade: The month's documents of the same side; the credited one's payments are put off.
    """
    limit = plan.income * 8 // 1000 if kind == "ACCRECCREDIT" else plan.income * 2 // 1000
    _credit_first(bench, plan, kind, trade, limit)
    if len(trade.places) < 6:
        return
    other, third = trade.at(4), trade.at(5)
    if other is not None:
        _refund_one(bench, plan, kind, other.record, limit // 5)
    if third is not None:
        _write_special(bench, plan, kind, third.record, limit // 3)


def _credit_first(bench: Workbench, plan: MonthPlan, kind: str, trade: Trade, limit: int) -> None:
    first = trade.at(0)
    if first is None:
        return
    invoice = first.record
    day = min(day_of_wire(invoice["Date"]) + dt.timedelta(days=4), plan.last)
    trade.plan(0, put_off(first.payments, day))
    net = min(limit, cents(to_base(invoice["SubTotal"], invoice["CurrencyRate"])) * 3 // 10)
    note = _credit_note(bench, plan, kind, 0, invoice, net, day, "AUTHORISED")
    if note is not None:
        allocate(bench, note, invoice, day, _EVERYTHING)


def _refund_one(bench: Workbench, plan: MonthPlan, kind: str, invoice: Record, net: int) -> None:
    day = min(day_of_wire(invoice["Date"]) + dt.timedelta(days=2), plan.last)
    note = _credit_note(bench, plan, kind, 1, invoice, net, day, "AUTHORISED")
    if note is not None:
        later = day + dt.timedelta(days=9 + plan.month.month)
        amount = _EVERYTHING if plan.month.month % 2 else cents(note["Total"]) // 2
        bank = bank_for(bench, note["CurrencyCode"])
        pay(bench, note, Settlement(later, amount, bank, reference="Refund"), f"refund/{note['CreditNoteID']}")


def put_off(payments: tuple[Settlement, ...], day: dt.date) -> tuple[Settlement, ...]:
    """Turn planned payments into one of all that is left, a good week after a day."""
    if not payments:
        return ()
    return (replace(payments[-1], day=max(payments[-1].day, day + dt.timedelta(days=8)), cents=_EVERYTHING),)


def _write_special(bench: Workbench, plan: MonthPlan, kind: str, invoice: Record, net: int) -> None:
    status = _TURNS[(plan.month.month + (kind == "ACCPAYCREDIT")) % 4]
    first = {"VOIDED": "AUTHORISED", "DELETED": "DRAFT"}.get(status, status)
    day = day_of_wire(invoice["Date"])
    note = _credit_note(bench, plan, kind, 2, invoice, net, day, first)
    end = min(day + dt.timedelta(days=3), plan.last)
    if note is not None and first != status and end <= bench.today:
        end_document(note, status, end, note["CreditNoteID"])


def _credit_note(
    bench: Workbench, plan: MonthPlan, kind: str, place: int, invoice: Record, net: int, day: dt.date, status: str
) -> Record | None:
    """Write a credit note over some cents of base currency for the party and the account of an invoice."""
    if day > bench.today or net <= 0:
        return None
    currency = invoice["CurrencyCode"]
    foreign = currency != bench.country.currency
    if foreign:
        net = int(net * rate_on(bench.country, currency, day))
    sales = kind == "ACCRECCREDIT"
    way = tax_way(bench, invoice["LineAmountTypes"], "sales" if sales else "purchases", abroad=foreign)
    line = invoice["LineItems"][0]
    part = Part(net, bench.key_of(line["AccountID"]), "Returned goods", tracking=line["Tracking"])
    name = f"{kind}/{plan.month:%Y-%m}/{place}"
    head = Heading(
        name=name,
        kind=kind,
        number=f"CN-{plan.month:%y%m}-{place + 1}" if sales else "",
        reference=invoice["InvoiceNumber"],
        contact=bench.tables["Contacts"][invoice["Contact"]["ContactID"]],
        day=day,
        due=0,
        currency=currency,
        status=status,
    )
    note = credit_note_record(bench, head, build_lines(bench, name, [part], way), way)
    return bench.add("CreditNotes", note["CreditNoteID"], note)
