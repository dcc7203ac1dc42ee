"""The records of one simulated organisation, and what they post."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from xero_simulator.attachments.cabinet import Cabinet
from xero_simulator.books.double_entry.ledger import Ledger
from xero_simulator.books.double_entry.legs import Posting
from xero_simulator.books.double_entry.open_amounts import OpenAmounts
from xero_simulator.books.double_entry.postings import Poster
from xero_simulator.books.lists.contacts import with_balances, without_bank_details
from xero_simulator.books.money.advances import as_prepayments
from xero_simulator.books.money.hidden_postings import WRAPPER as UNDOCUMENTED
from xero_simulator.books.money.pay_runs import WRAPPER as PAY_RUNS
from xero_simulator.workbench import Record, Workbench

Kept = TypeVar("Kept")

_FOR_REPORTING_ROLES = frozenset({"Reports", "Journals", "ManualJournals"})


class CompanyRecords:
    """The records of an organisation, which can be read and edited."""

    def __init__(self, bench: Workbench) -> None:
        self.tenant_id = bench.id_of("tenant")
        self.name = bench.name
        self.base_currency = bench.country.currency
        self.bench = bench
        self.cabinet = Cabinet()
        self.revision = 0
        self.written_at = 0
        self._kept: dict[str, tuple[int, Any]] = {}

    @property
    def today(self) -> dt.date:
        """The last day of the books."""
        return self.bench.today

    @property
    def is_edited(self) -> bool:
        """Whether somebody changed the books since they were written."""
        return self.revision != self.written_at

    def wrappers(self) -> Iterable[str]:
        """The kinds of records there are, by Xero's wrapper names."""
        return self.bench.tables.keys() - {UNDOCUMENTED, PAY_RUNS}

    def records(self, wrapper: str) -> Sequence[Record]:
        """All records of one kind, as Xero's JSON of a full record.

        They are shared with the company: read them, never change them.

        Args:
            wrapper: Xero's wrapper name, such as `Invoices`.
        """
        return self.keep(wrapper, lambda: self._rows(wrapper))

    def _rows(self, wrapper: str) -> Sequence[Record]:
        rows = self.bench.tables.get(wrapper, {}).values()
        if wrapper == "Prepayments" and self.bench.habits.advances_twice:
            return (*rows, *as_prepayments(self.bench.tables.get("Overpayments", {}).values()))
        if wrapper != "Contacts":
            return tuple(rows)
        contacts = with_balances(rows, self.bench.tables.get("Invoices", {}).values(), self.today)
        if self.bench.habits.sees_bank_details:
            return contacts
        return without_bank_details(contacts, masked_tax_numbers=self.bench.country.code == "US")

    @property
    def refused(self) -> frozenset[str]:
        """What Xero refuses to who has no reporting role: wrappers, and `Reports` for all reports.

        Source: Xero's changelog of 29 June 2026; XeroAPI/Xero-Net#347 of journals before.
        """
        return frozenset() if self.bench.habits.reads_reports else _FOR_REPORTING_ROLES

    @property
    def bare_lists(self) -> bool:
        """Whether some empty lists come as null or are left out."""
        return self.bench.habits.bare_lists

    @property
    def postings(self) -> Sequence[Posting]:
        """Every posting of the books as they are now; each journal sums to zero."""
        return self.keep("postings", lambda: tuple(Poster(self.bench.tables, self.base_currency).all()))

    @property
    def ledger(self) -> Ledger:
        """Balances and movements of all accounts."""
        return self.keep("ledger", lambda: Ledger(self.postings))

    @property
    def open_amounts(self) -> OpenAmounts:
        """What was open of every document on any day."""
        return self.keep("open amounts", lambda: OpenAmounts(self.bench.tables))

    def keep(self, key: str, make: Callable[[], Kept]) -> Kept:
        """Something computed from the books, made again only after an edit."""
        kept = self._kept.get(key)
        if kept is None or kept[0] != self.revision:
            kept = (self.revision, make())
            self._kept[key] = kept
        return kept[1]
