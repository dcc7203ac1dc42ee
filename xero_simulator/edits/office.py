"""Somebody at work in the books of a served simulator, so that there is something to tell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import cycle

from xero_simulator.company import Company
from xero_simulator.edits.documents import add_invoice, add_payment
from xero_simulator.edits.records import edit_contact
from xero_simulator.workbench import Record


class Office:
    """Enters an invoice, pays it, renames its customer; and begins anew with the next."""

    def __init__(self) -> None:
        self._invoice: Record = {}
        self._next = cycle((self._enter, self._pay, self._rename))

    def work(self, company: Company, at: dt.datetime) -> None:
        """Do the next of them.

        Args:
            at: The instant, with its zone.
        """
        doing: Callable[[Company, dt.datetime], object] = next(self._next)
        doing(company, at)

    def _enter(self, company: Company, at: dt.datetime) -> None:
        self._invoice = add_invoice(company, at)

    def _pay(self, company: Company, at: dt.datetime) -> None:
        add_payment(company, self._invoice["InvoiceID"], at)

    def _rename(self, company: Company, at: dt.datetime) -> None:
        contact = self._invoice["Contact"]["ContactID"]
        edit_contact(company, contact, at, name=f"Renamed {at:%Y-%m-%d %H:%M:%S}")
