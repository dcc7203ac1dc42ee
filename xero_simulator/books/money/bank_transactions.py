"""Spend and receive money: the record, whatever it is for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from xero_simulator.attachments.written import has_files
from xero_simulator.books.lines import Lines, TaxWay
from xero_simulator.books.lists.contacts import summary
from xero_simulator.books.rates import rate_on
from xero_simulator.values.amounts import money
from xero_simulator.values.days import event_ms, wire_day, wire_day_string, wire_ms
from xero_simulator.workbench import Record, Workbench


@dataclass(frozen=True, slots=True)
class BankMovement:
    """The head of a bank transaction.

    Args:
        name: Its own name, from which its id comes.
        kind: Xero's Type, such as `SPEND` or `RECEIVE-PREPAYMENT`.
        bank: Code of the bank account.
        contact_id: Id of the contact; empty for transfers, which have none.
    """

    name: str
    kind: str
    bank: str
    day: dt.date
    contact_id: str
    reference: str = ""


def add_movement(bench: Workbench, head: BankMovement, lines: Lines, way: TaxWay) -> Record:
    """Write a bank transaction in the currency of its bank account."""
    key = bench.id_of(head.name)
    bank = bench.bank(head.bank)
    record: Record = {
        "BankTransactionID": key,
        "BankAccount": bank["Short"],
        "Type": head.kind,
        "Reference": head.reference,
        "IsReconciled": key < "c",
        "HasAttachments": has_files(key),
    }
    if head.contact_id:
        record["Contact"] = summary(bench, bench.tables["Contacts"][head.contact_id])
    record["DateString"] = wire_day_string(head.day)
    record["Date"] = wire_day(head.day)
    record["Status"] = "AUTHORISED"
    record["LineAmountTypes"] = way.amounts
    record["LineItems"] = lines.items
    record["SubTotal"] = money(lines.net)
    record["TotalTax"] = money(lines.tax)
    record["Total"] = money(lines.total)
    record["UpdatedDateUTC"] = wire_ms(event_ms(head.day, head.name))
    record["CurrencyCode"] = bank["CurrencyCode"]
    if bank["CurrencyCode"] != bench.country.currency:
        record["CurrencyRate"] = rate_on(bench.country, bank["CurrencyCode"], head.day)
    return bench.add("BankTransactions", key, record)
