"""Money that comes or goes before its invoice: prepayments and overpayments, received and spent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from xero_simulator.books.lines import Part, TaxWay, build_lines, tax_way
from xero_simulator.books.lists.settings import theme_id
from xero_simulator.books.money.bank_transactions import BankMovement, add_movement
from xero_simulator.books.plan import MonthPlan
from xero_simulator.books.trade.credits import put_off
from xero_simulator.books.trade.sales import Trade
from xero_simulator.books.trade.settlement import Settlement, allocate, pay
from xero_simulator.values.amounts import ONE_RATE, ZERO, cents
from xero_simulator.values.days import day_of_wire, wire_ms_string
from xero_simulator.workbench import Record, Workbench

_COMMON = (
    "Contact",
    "DateString",
    "Date",
    "Status",
    "LineAmountTypes",
    "LineItems",
    "SubTotal",
    "TotalTax",
    "Total",
    "UpdatedDateUTC",
    "CurrencyCode",
    "Type",
    "Reference",
    "HasAttachments",
)


def write_advances(bench: Workbench, plan: MonthPlan, side: str, trade: Trade) -> None:
    """Write a prepayment and an overpayment of the month and set them off against its second and third document.

    Xero keeps both in base currency. A third of what is left over is paid back later, the rest stays open.

    Args:
        side: `RECEIVE` for customers, `SPEND` for suppliers.
        trade: The month's documents of that side; their payments are put off.
    """
    if len(trade.places) < 8:
        return
    for rank, kind in ((1, "PREPAYMENT"), (2, "OVERPAYMENT")):
        written = trade.at(rank)
        if written is None or written.record["CurrencyCode"] != bench.country.currency:
            continue
        invoice = written.record
        day = day_of_wire(invoice["Date"])
        back = day + dt.timedelta(days=min(5, (plan.last - day).days))
        trade.plan(rank, put_off(written.payments, back))
        amount = max(cents(invoice["Total"]) * 3 // 10, 200)
        credit = _advance(bench, plan, f"{side}-{kind}", invoice, amount, day)
        allocate(bench, credit, invoice, back, amount * (60 + plan.month.month * 3) // 100)
        if plan.month.month % 3 == 0:
            refund = Settlement(back + dt.timedelta(days=25), cents(credit["Total"]), "090", reference="Refund")
            pay(bench, credit, refund, f"refund/{credit['ID']}")


def _advance(bench: Workbench, plan: MonthPlan, kind: str, invoice: Record, amount: int, day: dt.date) -> Record:
    """Write the bank transaction of an advance and the advance itself."""
    name = f"{kind}/{plan.month:%Y-%m}"
    sales = kind.startswith("RECEIVE")
    prepaid = kind.endswith("PREPAYMENT")
    if prepaid:
        code = "835" if sales else "620"
        way = tax_way(bench, "Inclusive", "sales" if sales else "purchases")
        amount = amount * 100 // (100 + way.percent)
    else:
        code = "610" if sales else "800"
        way = TaxWay("NoTax", bench.country.no_tax, 0)
    lines = build_lines(bench, name, [Part(amount, code, "Deposit" if prepaid else "Paid too much")], way)
    reference = invoice["InvoiceNumber"] if prepaid else "Overpaid"
    head = BankMovement(name, kind, "090", day, invoice["Contact"]["ContactID"], reference)
    movement = add_movement(bench, head, lines, way)
    key = "PrepaymentID" if prepaid else "OverpaymentID"
    movement[key] = bench.id_of(f"{name}/credit")
    record = _credit_record(movement, key)
    if prepaid and sales:
        record["InvoiceNumber"] = f"PRE-{plan.month:%y%m}"
        record["BrandingThemeID"] = theme_id(bench)
    return bench.add("Prepayments" if prepaid else "Overpayments", movement[key], record)


def as_prepayments(overpayments: Iterable[Record]) -> Iterator[Record]:
    """Overpayments as Xero's list of prepayments holds them once more, under the same id.

    Source: XeroAPI/Xero-NetStandard#477.
    """
    for record in overpayments:
        yield {"PrepaymentID" if name == "OverpaymentID" else name: value for name, value in record.items()}


def _credit_record(movement: Record, key: str) -> Record:
    """The credit that a bank transaction of this kind opens."""
    record: Record = {key: movement[key], "ID": movement[key], "CurrencyRate": ONE_RATE}
    record.update({name: movement[name] for name in _COMMON})
    record["UpdatedDateUTCString"] = wire_ms_string(int(movement["UpdatedDateUTC"][6:-7]))
    record["RemainingCredit"] = movement["Total"]
    record["AppliedAmount"] = ZERO
    record["Allocations"] = []
    record["Payments"] = []
    return record
