"""Credit notes, money and manual journals, made from what their journals came to.

The seeds have no lines of credit notes, bank transactions, transfers and manual journals. Their journals do, in base
currency: a document's own lines carry a tax type, those that Xero adds (the bank, the control account, the tax) none.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal

from benchmarks.real_books.lists import BASE
from benchmarks.real_books.seeds import ZERO, Journal, Seeds
from xero_simulator.values.days import wire_day, wire_day_string, wire_ms
from xero_simulator.values.ids import stable_id
from xero_simulator.workbench import Record

CENT = Decimal("0.01")


def credit_notes(seeds: Seeds) -> Iterator[Record]:
    """The credit notes; one whose journals come to nothing was voided."""
    contact = {row["credit_note_id"]: row["contact_id"] for row in seeds.rows("credit_note")}
    for key, journals in seeds.sources("ACCRECCREDIT", "ACCPAYCREDIT").items():
        kind = journals[0].source_type
        lives, body = _body(journals, -1 if kind == "ACCPAYCREDIT" else 1)
        yield {
            "CreditNoteID": key,
            "CreditNoteNumber": "",
            "Type": kind,
            "Status": "AUTHORISED" if lives else "VOIDED",
            "Contact": {"ContactID": contact[key]},
            **body,
            "CurrencyRate": Decimal(1),
            "RemainingCredit": body["Total"] if lives else ZERO,
            "AppliedAmount": ZERO,
            "Allocations": [],
            "Payments": [],
        }


def bank_transactions(seeds: Seeds) -> Iterator[Record]:
    """Money spent and received; what comes to nothing was deleted."""
    contact = {row["bank_transaction_id"]: row["contact_id"] for row in seeds.rows("bank_transaction")}
    for key, journals in seeds.sources("CASHPAID", "CASHREC").items():
        received = journals[0].source_type == "CASHREC"
        lives, body = _body(journals, -1 if received else 1)
        bank = next(line.account_id for line in journals[-1].lines if _is_bank(seeds, line.account_id))
        yield {
            "BankTransactionID": key,
            "Type": "RECEIVE" if received else "SPEND",
            "Status": "AUTHORISED" if lives else "DELETED",
            "BankAccount": {"AccountID": bank},
            "IsReconciled": True,
            **({"Contact": {"ContactID": contact[key]}} if contact.get(key) else {}),
            **body,
        }


def bank_transfers(seeds: Seeds) -> Iterator[Record]:
    """Transfers between the bank accounts, without `Status`, as Xero gave them until 2026."""
    for key, (journal, *_) in seeds.sources("TRANSFER").items():
        source, target = sorted(journal.lines, key=lambda line: line.net)
        yield {
            "BankTransferID": key,
            **days(journal.day),
            "CreatedDateUTC": instant(journal.created),
            "FromBankAccount": {"AccountID": source.account_id},
            "ToBankAccount": {"AccountID": target.account_id},
            "FromBankTransactionID": stable_id(f"{key}/from"),
            "ToBankTransactionID": stable_id(f"{key}/to"),
            "Amount": target.net,
            "CurrencyRate": Decimal(1),
            "Reference": journal.reference,
            "HasAttachments": False,
        }


def halves(transfer: Record) -> Iterator[Record]:
    """The two bank transactions that Xero keeps of a transfer."""
    for side, kind in (("From", "SPEND-TRANSFER"), ("To", "RECEIVE-TRANSFER")):
        yield {
            "BankTransactionID": transfer[f"{side}BankTransactionID"],
            "Type": kind,
            "Status": "AUTHORISED",
            "BankAccount": transfer[f"{side}BankAccount"],
            "IsReconciled": True,
            "Date": transfer["Date"],
            "DateString": transfer["DateString"],
            "LineAmountTypes": "NoTax",
            "LineItems": [],
            "SubTotal": transfer["Amount"],
            "TotalTax": ZERO,
            "Total": transfer["Amount"],
            "CurrencyCode": BASE,
            "UpdatedDateUTC": transfer["CreatedDateUTC"],
        }


def manual_journals(seeds: Seeds) -> Iterator[Record]:
    """The manual journals; one that comes to nothing was voided."""
    for key, journals in seeds.sources("MANJOURNAL").items():
        lives, body = _body(journals, 1)
        yield {
            "ManualJournalID": key,
            "Narration": journals[0].reference,
            "Status": "POSTED" if lives else "VOIDED",
            "Date": body["Date"],
            "LineAmountTypes": "Exclusive",
            "UpdatedDateUTC": body["UpdatedDateUTC"],
            "JournalLines": body["LineItems"],
        }


def days(day: dt.date) -> Record:
    """A document's day, both ways Xero writes it."""
    return {"Date": wire_day(day), "DateString": wire_day_string(day)}


def instant(text: str) -> str:
    """An instant as Xero's JSON carries it.

    Args:
        text: As the seeds write it, such as `2020-02-10 18:42:07.587 UTC`.
    """
    when = dt.datetime.fromisoformat(text.removesuffix(" UTC")).replace(tzinfo=dt.UTC)
    return wire_ms(int(when.timestamp() * 1000))


def _body(journals: Sequence[Journal], side: int) -> tuple[bool, Record]:
    """Whether journals come to something, and lines, totals and day of what posted them.

    Args:
        side: 1 where a line's amount is a debit.
    """
    lives, day, nets = _lines(journals)
    lines = [
        {
            "LineItemID": stable_id(f"{journals[0].source_id}/{place}"),
            "Description": "",
            "Quantity": Decimal(1),
            "UnitAmount": side * net,
            "LineAmount": side * net,
            "TaxAmount": side * tax,
            "TaxType": tax_type,
            "AccountID": account,
            "Tracking": [],
        }
        for place, (account, tax_type, net, tax) in enumerate(nets)
    ]
    subtotal = sum((side * net for _, _, net, _ in nets), ZERO)
    total_tax = sum((side * tax for *_, tax in nets), ZERO)
    return lives, {
        **days(day),
        "LineAmountTypes": "Exclusive",
        "LineItems": lines,
        "SubTotal": subtotal,
        "TotalTax": total_tax,
        "Total": subtotal + total_tax,
        "CurrencyCode": BASE,
        "UpdatedDateUTC": instant(max(journal.created for journal in journals)),
    }


def _lines(journals: Sequence[Journal]) -> tuple[bool, dt.date, list[tuple[str, str, Decimal, Decimal]]]:
    """Of all journals together; of what was undone, as it first was."""
    nets: dict[tuple[dt.date, str, str], Decimal] = defaultdict(Decimal)
    taxes: dict[tuple[dt.date, str, str], Decimal] = defaultdict(Decimal)
    for journal in journals:
        for line in journal.lines:
            if line.tax_type:
                nets[journal.day, line.account_id, line.tax_type] += line.net
                taxes[journal.day, line.account_id, line.tax_type] += line.tax
    left = [key for key in nets if nets[key] or taxes[key]]
    if not left:
        return False, journals[0].day, _lines(journals[:1])[2] if len(journals) > 1 else []
    (day,) = {day for day, _, _ in left}
    return True, day, [(account, tax_type, nets[key], taxes[key]) for key in left for _, account, tax_type in (key,)]


def _is_bank(seeds: Seeds, account_id: str) -> bool:
    return seeds.accounts[account_id]["type"] == "BANK"
