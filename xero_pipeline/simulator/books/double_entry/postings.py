"""What each kind of document posts: the truth that the reports are computed from.

Rules of double entry, with Xero's habits:

* A document in a foreign currency posts amount divided by CurrencyRate, rounded half up. The control account carries
  the rounded total and tax is rounded on its own; a cent left over goes to the largest line.
* A payment clears the control account at the document's rate and moves the bank at its own; the difference is realised
  gain or loss. Of a document paid in parts each part clears what the open amount in base currency falls by, so that
  the control account always equals the open documents, each at its own rate.
* An overpayment sits on the control account. A prepayment sits on the account its line names, with its tax, and moves
  to the control account as it is set off.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from xero_pipeline.simulator.books.double_entry.open_amounts import OpenAmounts, document_key
from xero_pipeline.simulator.values.amounts import ZERO, to_base
from xero_pipeline.simulator.values.days import day_of_wire
from xero_pipeline.simulator.workbench import Record

POSTED = frozenset({"AUTHORISED", "PAID"})
_DOCUMENT_SIGN = {"ACCREC": 1, "ACCPAY": -1, "ACCRECCREDIT": -1, "ACCPAYCREDIT": 1}


@dataclass(frozen=True, slots=True)
class Posting:
    """One line of a journal.

    Args:
        journal_id: The id that all lines of one journal share.
        date: The day it counts for.
        account_id: The account.
        net_amount: Base currency, debit positive.
        source_type: Xero's name for the kind of source, such as `ACCREC` or `CASHPAID`.
        source_id: The id of the source document.
        contact_id: The other party, if there is one.
        currency: The source's currency.
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
        account_id: The account.
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


class Poster:
    """Derives postings from records.

    Args:
        tables: The records by wrapper and id.
        base_currency: The organisation's currency.
    """

    def __init__(self, tables: Mapping[str, Mapping[str, Record]], base_currency: str) -> None:
        self._tables = tables
        self._base = base_currency
        accounts = tables["Accounts"].values()
        self._system = {row["SystemAccount"]: row["AccountID"] for row in accounts if "SystemAccount" in row}
        self._open = OpenAmounts(tables)

    def all(self) -> list[Posting]:
        """Every posting of the organisation."""
        found: list[Posting] = []
        for wrapper, statuses, post in (
            ("Invoices", POSTED, self._document),
            ("CreditNotes", POSTED, self._document),
            ("BankTransactions", {"AUTHORISED"}, self._bank_transaction),
            ("BankTransfers", {"AUTHORISED"}, self._transfer),
            ("Payments", {"AUTHORISED"}, self._payment),
            ("CreditNotes", POSTED, self._allocations),
            ("Prepayments", POSTED, self._allocations),
            ("ManualJournals", {"POSTED"}, self._journal),
            ("Unseen", {"POSTED"}, self._journal),
        ):
            for record in self._rows(wrapper):
                if record["Status"] in statuses:
                    found.extend(post(record))
        return found

    def _rows(self, wrapper: str) -> Iterable[Record]:
        return self._tables.get(wrapper, {}).values()

    def _control(self, kind: str) -> str:
        """The control account of a document's Type."""
        return self._system["DEBTORS" if kind.startswith(("ACCREC", "AR", "RECEIVE")) else "CREDITORS"]

    def _document(self, record: Record) -> Iterator[Posting]:
        """An invoice or a credit note against its control account."""
        kind = record["Type"]
        legs = self._line_legs(record, self._control(kind), _DOCUMENT_SIGN[kind])
        return _journal(document_key(record), day_of_wire(record["Date"]), kind, record, legs)

    def _bank_transaction(self, record: Record) -> Iterator[Posting]:
        """Spend and receive money, advances included, against the bank account."""
        if record["Type"].endswith("TRANSFER"):
            return iter(())
        received = record["Type"].startswith("RECEIVE")
        kind = "CASHREC" if received else "CASHPAID"
        if "-" in record["Type"]:
            kind = ("AR" if received else "AP") + record["Type"].split("-")[1]
        legs = self._line_legs(record, record["BankAccount"]["AccountID"], 1 if received else -1)
        return _journal(record["BankTransactionID"], day_of_wire(record["Date"]), kind, record, legs)

    def _line_legs(self, record: Record, control: str, sign: int) -> list[Leg]:
        """The rounded total on the control account, tax on its own, and the left-over cent on the largest line."""
        rate = record.get("CurrencyRate", Decimal(1))
        inclusive = record["LineAmountTypes"] == "Inclusive"
        total, tax = record["Total"], record["TotalTax"]
        legs = [Leg(control, sign * to_base(total, rate), sign * total)]
        if tax:
            legs.append(Leg(self._system["GST"], -sign * to_base(tax, rate), -sign * tax, is_tax=True))
        first = len(legs)
        for line in record["LineItems"]:
            net = line["LineAmount"] - line["TaxAmount"] if inclusive else line["LineAmount"]
            tax = -sign * to_base(line["TaxAmount"], rate)
            legs.append(_leg(line, -sign * to_base(net, rate), -sign * net, tax))
        left_over = sum((leg.base for leg in legs), ZERO)
        if left_over:
            place = max(range(first, len(legs)), key=lambda number: abs(legs[number].base))
            legs[place] = replace(legs[place], base=legs[place].base - left_over)
        return legs

    def _transfer(self, record: Record) -> Iterator[Posting]:
        """A transfer between own accounts, once; its two halves among the bank transactions post nothing."""
        source, target = record["FromBankAccount"]["AccountID"], record["ToBankAccount"]["AccountID"]
        base = to_base(record["Amount"], record["CurrencyRate"])
        arrived = self._tables["BankTransactions"][record["ToBankTransactionID"]]["Total"]
        legs = [Leg(source, -base, -record["Amount"]), Leg(target, base, arrived)]
        return _journal(record["BankTransferID"], day_of_wire(record["Date"]), "TRANSFER", record, legs)

    def _payment(self, record: Record) -> Iterator[Posting]:
        """A payment or a refund: the bank at the payment's rate, the document at its own."""
        document = self._open.document(record["Invoice"]["InvoiceID"])
        kind = record["PaymentType"]
        into_bank = kind in {"ACCRECPAYMENT", "APCREDITPAYMENT", "APOVERPAYMENTPAYMENT", "APPREPAYMENTPAYMENT"}
        sign = 1 if into_bank else -1
        bank = sign * to_base(record["Amount"], record["CurrencyRate"])
        legs = [Leg(record["Account"]["AccountID"], bank, sign * record["BankAmount"])]
        legs += self._clearing(document, record["PaymentID"], record["Amount"], -sign)
        day = day_of_wire(record["Date"])
        return _journal(record["PaymentID"], day, kind, document, self._with_gain(legs))

    def _clearing(self, document: Record, event: str, amount: Decimal, sign: int) -> list[Leg]:
        """What an event takes off a document: off the control account, or a prepayment's account and tax."""
        if "PrepaymentID" not in document:
            base = self._open.cleared(document, event, amount)
            return [Leg(self._control(document["Type"]), sign * base, sign * amount)]
        tax = self._open.tax_share(document, event, amount)
        line = document["LineItems"][0]
        legs = [_leg(line, sign * (amount - tax), sign * (amount - tax), sign * tax)]
        if tax:
            legs.append(Leg(self._system["GST"], sign * tax, sign * tax, is_tax=True))
        return legs

    def _with_gain(self, legs: list[Leg]) -> list[Leg]:
        """The difference that two rates leave is a realised gain or loss."""
        difference = sum((leg.base for leg in legs), ZERO)
        if difference:
            legs.append(Leg(self._system["REALISEDCURRENCYGAIN"], -difference, ZERO))
        return legs

    def _allocations(self, credit: Record) -> Iterator[Posting]:
        """A credit set off posts only what changes account: a prepayment's account, or the gain between two rates."""
        kind = credit["Type"]
        sign = 1 if kind in {"ACCRECCREDIT", "RECEIVE-PREPAYMENT"} else -1
        for allocation in credit["Allocations"]:
            event, amount = allocation["AllocationID"], allocation["Amount"]
            invoice = self._open.document(allocation["Invoice"]["InvoiceID"])
            legs = self._clearing(credit, event, amount, sign)
            legs += self._clearing(invoice, event, amount, -sign)
            gained = self._with_gain(legs)
            if "PrepaymentID" in credit or len(gained) > 2:
                yield from _journal(event, day_of_wire(allocation["Date"]), f"{kind}-ALLOCATION", credit, gained)

    def _journal(self, record: Record) -> Iterator[Posting]:
        """A manual journal posts its lines as they are, and so does what no app may read (`edits_unseen`)."""
        lines = record["JournalLines"]
        legs = [_leg(line, line["LineAmount"], line["LineAmount"], line["TaxAmount"]) for line in lines]
        kind = record.get("SourceType", "MANJOURNAL")
        return _journal(record["ManualJournalID"], day_of_wire(record["Date"]), kind, record, legs)


def _leg(line: Record, base: Decimal, foreign: Decimal, tax: Decimal) -> Leg:
    """The leg of a document's line."""
    options = tuple(entry["TrackingOptionID"] for entry in line["Tracking"])
    text, tax_type = line.get("Description", ""), line.get("TaxType", "")
    return Leg(line["AccountID"], base, foreign, options, False, text, tax_type, tax)


def _source_id(record: Record) -> str:
    for key in ("BankTransactionID", "BankTransferID", "ManualJournalID"):
        if key in record:
            return record[key]
    return document_key(record)


def _journal(key: str, day: dt.date, kind: str, record: Record, legs: Iterable[Leg]) -> Iterator[Posting]:
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
