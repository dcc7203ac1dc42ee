"""What happens to a document after its approval: payments, allocations, voids, each on its day.

Every step changes the records as Xero would: amounts, status, the lists of payments and credits, and the instant of the
last change. A step whose day has not come yet is not taken.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from xero_simulator.books.double_entry.open_amounts import document_key
from xero_simulator.books.rates import rate_on
from xero_simulator.values.amounts import ZERO, money, to_base
from xero_simulator.values.days import event_ms, wire_day, wire_ms, wire_ms_string
from xero_simulator.workbench import Record, Workbench

PAYMENT_TYPES = {
    "ACCREC": "ACCRECPAYMENT",
    "ACCPAY": "ACCPAYPAYMENT",
    "ACCRECCREDIT": "ARCREDITPAYMENT",
    "ACCPAYCREDIT": "APCREDITPAYMENT",
    "RECEIVE-OVERPAYMENT": "AROVERPAYMENTPAYMENT",
    "SPEND-OVERPAYMENT": "APOVERPAYMENTPAYMENT",
    "RECEIVE-PREPAYMENT": "ARPREPAYMENTPAYMENT",
    "SPEND-PREPAYMENT": "APPREPAYMENTPAYMENT",
}
_CREDIT_LISTS = {"CreditNoteID": "CreditNotes", "PrepaymentID": "Prepayments", "OverpaymentID": "Overpayments"}


@dataclass(frozen=True, slots=True)
class Settlement:
    """A payment to come.

    Args:
        cents: How much, in the document's currency.
        bank: Code of the bank account.
        batch: Id of the batch payment it is part of.
        reference: What the payer wrote.
    """

    day: dt.date
    cents: int
    bank: str
    batch: Record | None = None
    reference: str = ""


def stamp(record: Record, milliseconds: int) -> None:
    """Note a change of a record: its UpdatedDateUTC only ever moves forward.

    Args:
        milliseconds: The instant, since 1970.
    """
    current = record.get("UpdatedDateUTC")
    if current is not None and int(current[6:-7]) >= milliseconds:
        return
    record["UpdatedDateUTC"] = wire_ms(milliseconds)
    if "UpdatedDateUTCString" in record:
        record["UpdatedDateUTCString"] = wire_ms_string(milliseconds)


def pay(bench: Workbench, target: Record, plan: Settlement, name: str) -> Record | None:
    """Pay a document, or refund a credit.

    Args:
        target: An approved invoice, credit note, prepayment or overpayment.
        name: The payment's own name, from which its id comes.

    Returns:
        The payment, or None when its day has not come or nothing is left to pay.
    """
    left = target["AmountDue"] if "AmountDue" in target else target["RemainingCredit"]
    amount = min(money(plan.cents), left)
    if plan.day > bench.today or amount <= 0:
        return None
    payment = payment_record(bench, target, plan, amount, name)
    bench.add("Payments", payment["PaymentID"], payment)
    short = {key: payment[key] for key in ("PaymentID", "Date", "Amount", "Reference", "CurrencyRate")}
    if plan.batch is not None:
        short["BatchPaymentID"] = plan.batch["BatchPaymentID"]
    target["Payments"].append({**short, "HasAccount": False, "HasValidationErrors": False})
    if "AmountDue" in target:
        target["AmountPaid"] += amount
    _reduce(target, amount, plan.day)
    stamp(target, int(payment["UpdatedDateUTC"][6:-7]))
    return payment


def payment_record(bench: Workbench, target: Record, plan: Settlement, amount: Decimal, name: str) -> Record:
    """Write a payment without letting its document know.

    Args:
        target: The document it is for.
        plan: Day, bank account, batch and reference.
        amount: How much, in the document's currency.
        name: The payment's own name.
    """
    payment_id = bench.id_of(name)
    instant = event_ms(plan.day, payment_id)
    currency = target["CurrencyCode"]
    account = bench.bank(plan.bank)
    rate = rate_on(bench.country, currency, plan.day)
    record: Record = {
        "PaymentID": payment_id,
        "Date": wire_day(plan.day),
        "BankAmount": amount if account["CurrencyCode"] == currency else to_base(amount, rate),
        "Amount": amount,
        "Reference": plan.reference,
        "CurrencyRate": rate,
        "PaymentType": PAYMENT_TYPES[target["Type"]],
        "Status": "AUTHORISED",
        "UpdatedDateUTC": wire_ms(instant),
        "UpdatedDateUTCString": wire_ms_string(instant),
        "HasAccount": True,
        "IsReconciled": payment_id < "c",
        "Account": account["Short"],
        "Invoice": _target_summary(target),
        "HasValidationErrors": False,
    }
    if plan.batch is not None:
        record["BatchPaymentID"] = plan.batch["BatchPaymentID"]
        record["BatchPayment"] = plan.batch["Short"]
    return record


def _target_summary(target: Record) -> Record:
    """What a payment shows of its document; Xero shows credits in the same place, told apart by Type."""
    kind: str = target["Type"]
    if kind.endswith("PAYMENT"):
        kind = ("AR" if kind.startswith("RECEIVE") else "AP") + kind.split("-")[1]
    number = target.get("InvoiceNumber", target.get("CreditNoteNumber", ""))
    return {
        "Type": kind,
        "InvoiceID": document_key(target),
        "InvoiceNumber": number,
        "CurrencyRate": target["CurrencyRate"],
        "Payments": [],
        "CreditNotes": [],
        "Prepayments": [],
        "Overpayments": [],
        "HasErrors": False,
        "IsDiscounted": False,
        "Contact": target["Contact"],
        "LineItems": [],
        "CurrencyCode": target["CurrencyCode"],
    }


def _reduce(target: Record, amount: Decimal, day: dt.date) -> None:
    """Take an amount off what is open; nothing open means paid."""
    key = "AmountDue" if "AmountDue" in target else "RemainingCredit"
    target[key] -= amount
    if key == "RemainingCredit":
        target["AppliedAmount"] += amount
    if target[key] == 0:
        target["Status"] = "PAID"
        if "PrepaymentID" not in target and "OverpaymentID" not in target:
            target["FullyPaidOnDate"] = wire_day(day)


def allocate(bench: Workbench, credit: Record, invoice: Record, day: dt.date, cents: int) -> Decimal:
    """Set a credit note, prepayment or overpayment off against an invoice or bill of the same kind.

    Args:
        invoice: The invoice, approved, in the same currency.
        cents: How much at most, in their currency.

    Returns:
        How much was set off; zero when the day has not come or nothing is left.
    """
    amount = min(money(cents), credit["RemainingCredit"], invoice["AmountDue"])
    if day > bench.today or amount <= 0 or invoice["Status"] != "AUTHORISED" or credit["Status"] != "AUTHORISED":
        return ZERO
    key = next(key for key in _CREDIT_LISTS if key in credit)
    allocation = bench.id_of(f"allocation/{credit[key]}/{invoice['InvoiceID']}/{len(credit['Allocations'])}")
    credit["Allocations"].append(
        {
            "AllocationID": allocation,
            "Amount": amount,
            "Date": wire_day(day),
            "Invoice": {key: invoice[key] for key in ("InvoiceID", "InvoiceNumber", "Type")},
            "IsDeleted": False,
        }
    )
    invoice[_CREDIT_LISTS[key]].append(_credit_short(credit, key, amount))
    invoice["AmountCredited"] += amount
    instant = event_ms(day, allocation)
    for record in (credit, invoice):
        _reduce(record, amount, day)
        stamp(record, instant)
    return amount


def _credit_short(credit: Record, key: str, amount: Decimal) -> Record:
    short: Record = {
        key: credit[key],
        "ID": credit[key],
        "Type": credit["Type"],
        "AppliedAmount": amount,
        "DateString": credit["DateString"],
        "Date": credit["Date"],
        "LineItems": [],
        "Total": credit["Total"],
    }
    if "CreditNoteNumber" in credit:
        short |= {"CreditNoteNumber": credit["CreditNoteNumber"], "HasErrors": False}
    return short


def end_document(record: Record, status: str, day: dt.date, salt: str) -> None:
    """Void or delete a document that has no payment.

    Args:
        status: VOIDED or DELETED.
    """
    record["Status"] = status
    if status == "VOIDED" and "AmountDue" in record:
        record["AmountDue"] = ZERO
    if "RemainingCredit" in record:
        record["RemainingCredit"] = ZERO
    stamp(record, event_ms(day, f"{salt}/end"))
