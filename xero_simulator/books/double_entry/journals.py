"""The postings put together as journals, as Xero's `/Journals` shows them: what the books say now.

Numbers, and what was said before an edit, are the log's business (`simulator.journal_log`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from xero_simulator.books.double_entry.legs import Posting
from xero_simulator.values.days import wire_day
from xero_simulator.workbench import Record

_TABLES = ("Invoices", "CreditNotes", "BankTransactions", "BankTransfers", "Prepayments", "Payments", "ManualJournals")
# Xero has no source types of their own for what the postings tell apart here.
_SOURCE_TYPES = {
    "RECEIVE-PREPAYMENT-ALLOCATION": "ARPREPAYMENT",
    "SPEND-PREPAYMENT-ALLOCATION": "APPREPAYMENT",
    "ARPREPAYMENTPAYMENT": "ARPREPAYMENT",
    "APPREPAYMENTPAYMENT": "APPREPAYMENT",
    "AROVERPAYMENTPAYMENT": "AROVERPAYMENT",
    "APOVERPAYMENTPAYMENT": "APOVERPAYMENT",
    "ACCRECCREDIT-ALLOCATION": "ACCRECCREDIT",
    "ACCPAYCREDIT-ALLOCATION": "ACCPAYCREDIT",
}


@dataclass(frozen=True, slots=True)
class Journal:
    """What one document, payment or allocation posts now.

    Args:
        key: Id of what posts it.
        postings: Its lines; their net amounts sum to zero.
    """

    key: str
    day: dt.date
    postings: tuple[Posting, ...]

    @property
    def fingerprint(self) -> str:
        """The same as long as it says the same."""
        return hashlib.blake2b(repr(self.postings).encode(), digest_size=16).hexdigest()


def journals_of(postings: Iterable[Posting]) -> Sequence[Journal]:
    """All journals, by day and then by id."""
    found: dict[str, list[Posting]] = {}
    for posting in postings:
        found.setdefault(posting.journal_id, []).append(posting)
    journals = (Journal(key, lines[0].date, tuple(lines)) for key, lines in found.items())
    return sorted(journals, key=lambda journal: (journal.day, journal.key))


class JournalWriter:
    """Writes journals the way they go over the wire."""

    def __init__(self, tables: Mapping[str, Mapping[str, Record]]) -> None:
        self._tables = tables
        categories = tables.get("TrackingCategories", {}).values()
        self._options = {
            option["TrackingOptionID"]: (category, option) for category in categories for option in category["Options"]
        }

    def source(self, key: str) -> Record:
        """The record that posts a journal; an empty one, if that was deleted without a trace."""
        return next((self._tables[name][key] for name in _TABLES if key in self._tables.get(name, {})), {})

    def record(self, journal: Journal) -> Record:
        """A journal without what the log gives it: its id, its number, and when it was posted."""
        first = journal.postings[0]
        # An allocation has no list of its own: what is set off stands for it.
        key = first.source_id if first.source_type.endswith("-ALLOCATION") else journal.key
        source = self.source(key)
        kind = _SOURCE_TYPES.get(first.source_type, first.source_type)
        return {
            "JournalDate": wire_day(journal.day),
            "Reference": source.get("Reference", source.get("Narration", "")),
            **({"SourceID": key, "SourceType": kind} if kind else {}),
            "JournalLines": [self._line(posting) for posting in journal.postings],
        }

    def _line(self, posting: Posting) -> Record:
        account = self._tables["Accounts"][posting.account_id]
        line = {
            "AccountID": posting.account_id,
            "AccountCode": account["Code"],
            "AccountType": account["Type"],
            "AccountName": account["Name"],
        }
        if posting.text:
            line["Description"] = posting.text
        line |= {
            "NetAmount": posting.net_amount,
            "GrossAmount": posting.net_amount + posting.tax,
            "TaxAmount": posting.tax,
        }
        if posting.tax_type:
            line |= {"TaxType": posting.tax_type, "TaxName": self._tables["TaxRates"][posting.tax_type]["Name"]}
        return {**line, "TrackingCategories": [self._option(option) for option in posting.tracking]}

    def _option(self, option_id: str) -> Record:
        if option_id not in self._options:  # deleted since
            return {"TrackingOptionID": option_id}
        category, option = self._options[option_id]
        return {
            "Name": category["Name"],
            "Option": option["Name"],
            "TrackingCategoryID": category["TrackingCategoryID"],
            "TrackingOptionID": option_id,
        }
