"""How the open amount of every document falls, event by event, in its own and in base currency."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from xero_simulator.values.amounts import CENT, ZERO, to_base
from xero_simulator.values.days import day_of_wire
from xero_simulator.workbench import Record

_CREDITS = ("CreditNotes", "Prepayments", "Overpayments")


def document_key(record: Record) -> str:
    """The id of an invoice, credit note, prepayment or overpayment."""
    for key in ("InvoiceID", "CreditNoteID", "PrepaymentID", "OverpaymentID"):
        if key in record:
            return record[key]
    raise KeyError("the record is neither an invoice nor a credit")


class OpenAmounts:
    """The payments and allocations of all documents, in the order of their days."""

    def __init__(self, tables: Mapping[str, Mapping[str, Record]]) -> None:
        self._tables = tables
        self._events: dict[str, list[tuple[dt.date, str, Decimal]]] = defaultdict(list)
        for payment in tables.get("Payments", {}).values():
            if payment["Status"] == "AUTHORISED":
                event = (day_of_wire(payment["Date"]), payment["PaymentID"], payment["Amount"])
                self._events[payment["Invoice"]["InvoiceID"]].append(event)
        for wrapper in _CREDITS:
            for key, credit in tables.get(wrapper, {}).items():
                for allocation in credit["Allocations"]:
                    event = (day_of_wire(allocation["Date"]), allocation["AllocationID"], allocation["Amount"])
                    self._events[key].append(event)
                    self._events[allocation["Invoice"]["InvoiceID"]].append(event)

    def document(self, key: str) -> Record:
        """The invoice, credit note, prepayment or overpayment of an id."""
        for wrapper in ("Invoices", *_CREDITS):
            record = self._tables.get(wrapper, {}).get(key)
            if record is not None:
                return record
        raise KeyError(key)

    def events(self, key: str) -> list[tuple[dt.date, str, Decimal]]:
        """Day, id and amount of everything that was taken off a document, oldest first."""
        return sorted(self._events.get(key, ()))

    def open_at(self, record: Record, day: dt.date) -> Decimal:
        """What was open of a document on the evening of a day, in its own currency."""
        taken = (amount for when, _, amount in self._events.get(document_key(record), ()) if when <= day)
        return record["Total"] - sum(taken, ZERO)

    def cleared(self, record: Record, amount: Decimal) -> Decimal:
        """By how much an event lowers a document's balance in base currency: Xero rounds every part on its own.

        Args:
            amount: The event's amount in the document's currency.
        """
        return to_base(amount, record["CurrencyRate"])

    def tax_share(self, record: Record, amount: Decimal) -> Decimal:
        """The tax within an event's amount, rounded on its own."""
        return (record["TotalTax"] * amount / record["Total"]).quantize(CENT, rounding=ROUND_HALF_UP)
