"""Batch payments: several invoices or bills paid at once."""

from __future__ import annotations

import datetime as dt

from xero_simulator.books.plan import MonthPlan
from xero_simulator.books.trade.sales import Trade
from xero_simulator.books.trade.settlement import Settlement, pay, payment_record, stamp
from xero_simulator.values.amounts import ZERO, cents
from xero_simulator.values.days import day_of_wire, event_ms, wire_day, wire_day_string, wire_ms
from xero_simulator.workbench import Record, Workbench


def write_batch(bench: Workbench, plan: MonthPlan, kind: str, trade: Trade) -> None:
    """Pay about every sixth document of the month in one batch in the middle of the next month.

    Args:
        kind: `RECBATCH` or `PAYBATCH`.
        trade: The month's documents of that side; those in the batch lose their own payments.
    """
    day = plan.last + dt.timedelta(days=15 if kind == "RECBATCH" else 20)
    chosen: list[Record] = []
    for rank in range(5, len(trade.places), 6):
        written = trade.at(rank)
        if written is None or len(written.payments) != 1:
            continue
        if written.record["CurrencyCode"] == bench.country.currency:
            trade.plan(rank, ())
            chosen.append(written.record)
    if len(chosen) < 2 or day > bench.today:
        return
    batch = _batch(bench, plan, kind, day)
    for record in chosen:
        settlement = Settlement(day, cents(record["Total"]), "090", batch)
        payment = pay(bench, record, settlement, f"payment/{record['InvoiceID']}/batch")
        if payment is not None:
            _list_payment(batch, payment)
    batch["Short"]["TotalAmount"] = batch["TotalAmount"]
    del batch["Short"]


def _batch(bench: Workbench, plan: MonthPlan, kind: str, day: dt.date) -> Record:
    key = bench.id_of(f"{kind}/{plan.month:%Y-%m}")
    account = {**bench.bank("090")["Short"], "CurrencyCode": bench.country.currency}
    short: Record = {
        "Account": {"AccountID": account["AccountID"]},
        "BatchPaymentID": key,
        "Date": wire_day(day),
        "Type": kind,
        "Status": "AUTHORISED",
        "TotalAmount": ZERO,
        "UpdatedDateUTC": wire_ms(event_ms(day, key)),
        "IsReconciled": True,
    }
    record = {**short, "Account": account, "DateString": wire_day_string(day), "Payments": [], "Short": short}
    record["Reference"] = f"Batch {plan.month:%b %Y}"
    if kind == "PAYBATCH":
        record |= {"Narrative": "Supplier run", "Particulars": "Bills", "Details": f"{plan.month:%Y-%m}"}
    return bench.add("BatchPayments", key, record)


def _list_payment(batch: Record, payment: Record) -> None:
    target = payment["Invoice"]
    invoice = {key: value for key, value in target.items() if key not in {"Contact", "Type", "CurrencyRate"}}
    batch["Payments"].append(
        {
            "PaymentID": payment["PaymentID"],
            "Invoice": invoice,
            "Amount": payment["Amount"],
            "BankAmount": payment["BankAmount"],
        }
    )
    batch["TotalAmount"] += payment["Amount"]


def delete_a_payment(bench: Workbench, trade: Trade) -> None:
    """The fourth document of a month was paid in the wrong place and that payment was deleted the same minute.

    Args:
        trade: The month's documents of one side.
    """
    written = trade.at(3)
    if written is None:
        return
    day = day_of_wire(written.record["Date"])
    wrong = Settlement(day, cents(written.record["Total"]), "090", reference="Entered by mistake")
    name = f"payment/{written.record['InvoiceID']}/mistake"
    payment = payment_record(bench, written.record, wrong, written.record["Total"], name)
    payment["Status"] = "DELETED"
    payment["IsReconciled"] = False
    stamp(payment, int(payment["UpdatedDateUTC"][6:-7]) + 60_000)
    stamp(written.record, int(payment["UpdatedDateUTC"][6:-7]))
    bench.add("Payments", payment["PaymentID"], payment)
