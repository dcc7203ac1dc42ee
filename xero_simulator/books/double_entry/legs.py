"""A journal and its lines, as they are made of a record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from xero_simulator.books.double_entry.open_amounts import document_key
from xero_simulator.values.amounts import ZERO
from xero_simulator.workbench import Record


@dataclass(frozen=True, slots=True)
class Posting:
    """One line of a journal.

    Args:
        journal_id: The id that all lines of one journal share.
        date: The day it counts for.
        net_amount: Base currency, debit positive.
        source_type: Xero's name for the kind of source, such as `ACCREC` or `CASHPAID`.
        source_id: The id of the source document.
        contact_id: The other party, if there is one.
        foreign_amount: The same amount in the source's currency.
        tracking: Ids of the tracking options.
        is_tax: The line is sales tax.
        text: What the document's line says.
        tax_type: How the line is taxed.
        tax: The tax that goes with it, base currency; it is posted by a line of its own.
    """

    journal_id: str
    date: dt.date
    account_id: str
    net_amount: Decimal
    source_type: str
    source_id: str
    contact_id: str
    currency: str
    foreign_amount: Decimal
    tracking: tuple[str, ...] = ()
    is_tax: bool = False
    text: str = ""
    tax_type: str = ""
    tax: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Leg:
    """An account and an amount of a journal that is being made.

    Args:
        base: Base currency, debit positive.
        foreign: The same in the source's currency.
        tracking: Ids of the tracking options.
        is_tax: The leg is sales tax.
        text: What the document's line says.
        tax_type: How the line is taxed.
        tax: The tax that goes with it, base currency.
    """

    account_id: str
    base: Decimal
    foreign: Decimal
    tracking: tuple[str, ...] = ()
    is_tax: bool = False
    text: str = ""
    tax_type: str = ""
    tax: Decimal = ZERO


def leg_of(line: Record, base: Decimal, foreign: Decimal, tax: Decimal) -> Leg:
    """The leg of a document's line.

    Args:
        base: Its amount in base currency, debit positive.
        foreign: The same in the document's currency.
        tax: The tax that goes with it, base currency.
    """
    options = tuple(entry["TrackingOptionID"] for entry in line["Tracking"])
    text, tax_type = line.get("Description", ""), line.get("TaxType", "")
    return Leg(line["AccountID"], base, foreign, options, False, text, tax_type, tax)


def _source_id(record: Record) -> str:
    for key in ("BankTransactionID", "BankTransferID", "ManualJournalID"):
        if key in record:
            return record[key]
    return document_key(record)


def journal(key: str, day: dt.date, kind: str, record: Record, legs: Iterable[Leg]) -> Iterator[Posting]:
    """The postings of a journal; legs without any amount are none.

    Args:
        kind: Xero's name for the kind of source.
        legs: What it is made of; in base currency they sum to zero.
    """
    source, contact = _source_id(record), record.get("Contact", {}).get("ContactID", "")
    currency = record.get("CurrencyCode", "")
    for leg in legs:
        if leg.base or leg.foreign:
            yield Posting(
                key,
                day,
                leg.account_id,
                leg.base,
                kind,
                source,
                contact,
                currency,
                leg.foreign,
                leg.tracking,
                leg.is_tax,
                leg.text,
                leg.tax_type,
                leg.tax,
            )
