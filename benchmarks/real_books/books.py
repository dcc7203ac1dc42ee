"""The books served as Xero: documents made of the seeds, reports summed from the journals Xero itself posted."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from benchmarks.real_books import documents, invoices, lists
from benchmarks.real_books.payments import payments
from benchmarks.real_books.seeds import Journal, Seeds
from xero_simulator.api.query_values import milliseconds
from xero_simulator.books.countries import new_zealand
from xero_simulator.books.double_entry.legs import Posting
from xero_simulator.books.organisations import Habits, Profile
from xero_simulator.company import Company
from xero_simulator.config import BooksConfig
from xero_simulator.identity.connections import SimulatedOrganisation
from xero_simulator.simulator import Simulator
from xero_simulator.values.days import wire_day
from xero_simulator.wire import encode
from xero_simulator.workbench import Record, Workbench

if TYPE_CHECKING:
    from xero_simulator.app import Application


def tables(seeds: Seeds) -> dict[str, dict[str, Record]]:
    """All records by Xero's wrapper name and their id."""
    bills, notes = list(invoices.invoices(seeds)), list(documents.credit_notes(seeds))
    transfers = list(documents.bank_transfers(seeds))
    halves = [half for transfer in transfers for half in documents.halves(transfer)]
    piles: dict[str, tuple[str, Iterable[Record]]] = {
        "Organisations": ("OrganisationID", [lists.organisation(seeds)]),
        "Accounts": ("AccountID", lists.accounts(seeds)),
        "Contacts": ("ContactID", lists.contacts(seeds)),
        "Currencies": ("Code", lists.currencies(seeds)),
        "TaxRates": ("TaxType", lists.tax_rates(seeds)),
        "TrackingCategories": ("TrackingCategoryID", lists.tracking(seeds)),
        "Payments": ("PaymentID", payments(seeds, [*bills, *notes])),
        "Invoices": ("InvoiceID", bills),
        "CreditNotes": ("CreditNoteID", notes),
        "BankTransfers": ("BankTransferID", transfers),
        "BankTransactions": ("BankTransactionID", [*documents.bank_transactions(seeds), *halves]),
        "ManualJournals": ("ManualJournalID", documents.manual_journals(seeds)),
    }
    return {wrapper: {record[key]: record for record in records} for wrapper, (key, records) in piles.items()}


def postings(seeds: Seeds) -> tuple[Posting, ...]:
    """What Xero's own journals come to, as the reports are summed from.

    An edit is a reversal and a new journal; reports count what is left of them, for a bank summary that counted both
    would show money that never moved.
    """
    sums: dict[tuple[str, dt.date, str], Decimal] = defaultdict(Decimal)
    kinds: dict[str, str] = {}
    for journal in seeds.journals:
        # What has no source are conversion balances and adjustments: those of one day are edits of each other.
        source = journal.source_id or f"no source, {journal.day}"
        kinds[source] = journal.source_type
        for line in journal.lines:
            sums[source, journal.day, line.account_id] += line.net
    return tuple(
        Posting(source, day, account, net, kinds[source], source, "", lists.BASE, net)
        for (source, day, account), net in sums.items()
        if net
    )


class RealCompany(Company):
    """An organisation whose postings are what Xero posted."""

    def __init__(self, bench: Workbench, posted: tuple[Posting, ...]) -> None:
        super().__init__(bench)
        self.tenant_id = lists.tenant_id()
        self._posted = posted

    @property
    def postings(self) -> Sequence[Posting]:
        """Every posting of Xero's."""
        return self._posted


class RealXero(Simulator):
    """Our simulator of Xero with a real company's books in it.

    Args:
        today: Their last day.
    """

    def __init__(self, seeds: Seeds, today: dt.date) -> None:
        # The reports of all months are summed from Xero's journals, which have no revaluation.
        config = BooksConfig(today=today, start=seeds.first_month, revalues=False)
        super().__init__(config, limits=None, advanced=True)
        year = lists.organisation(seeds)
        ends = (year["FinancialYearEndDay"], year["FinancialYearEndMonth"])
        country = replace(new_zealand(), code="CA", currency=lists.BASE, foreign=(), year_end=ends, rates=())
        bench = Workbench(config, 0, Profile(lists.NAME, country, Habits()), tables=tables(seeds))
        self._company = RealCompany(bench, postings(seeds))
        self._journals = _Journals(seeds)

    def organisations(self) -> tuple[SimulatedOrganisation, ...]:
        """The one."""
        return (SimulatedOrganisation(lists.tenant_id(), lists.NAME),)

    def company(self, tenant_id: str) -> Company:
        """Its books."""
        return self._company

    def _assembled(self) -> Application:
        application = super()._assembled()
        application.api.journals = self._journals
        return application


class _Journals:
    """Xero's journals, letter by letter."""

    def __init__(self, seeds: Seeds) -> None:
        self._seeds = seeds

    def behind(self, company: Any, number: int, since: int, most: int) -> Sequence[bytes]:
        behind = (one for one in self._seeds.journals if one.number > number)
        recent = (_wire(one, self._seeds) for one in behind if milliseconds(documents.instant(one.created)) >= since)
        return [encode(record) for record, _ in zip(recent, range(most), strict=False)]

    def one(self, company: Any, name: str) -> bytes | None:
        return next((encode(_wire(one, self._seeds)) for one in self._seeds.journals if one.journal_id == name), None)


def _wire(journal: Journal, seeds: Seeds) -> Record:
    source = {"SourceID": journal.source_id, "SourceType": journal.source_type} if journal.source_id else {}
    return {
        "JournalID": journal.journal_id,
        "JournalDate": wire_day(journal.day),
        "JournalNumber": journal.number,
        "CreatedDateUTC": documents.instant(journal.created),
        "Reference": journal.reference,
        **source,
        "JournalLines": [
            {
                "JournalLineID": f"{journal.journal_id[:-4]}{place:04x}",
                "AccountID": line.account_id,
                "AccountCode": seeds.accounts[line.account_id]["code"],
                "AccountType": seeds.accounts[line.account_id]["type"],
                "AccountName": seeds.accounts[line.account_id]["name"],
                "NetAmount": line.net,
                "GrossAmount": line.net + line.tax,
                "TaxAmount": line.tax,
                **({"TaxType": line.tax_type} if line.tax_type else {}),
                "TrackingCategories": [],
            }
            for place, line in enumerate(journal.lines)
        ],
    }
