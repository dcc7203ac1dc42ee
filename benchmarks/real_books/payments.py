"""Payments, made from their journals: the seeds have no table of them.

A journal of a payment names its bank account and the amounts, not the invoice. That is found by what is the same on
both: what the payment takes off receivables or payables is what the invoice put there, and the day of the last payment
is the day on which the invoice was paid in full. An invoice paid in parts has parts that come to its total.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import combinations

from benchmarks.real_books.documents import CENT, instant
from benchmarks.real_books.seeds import ZERO, Journal, Seeds, moved
from xero_simulator.values.amounts import to_base
from xero_simulator.values.days import day_of_wire, wire_day
from xero_simulator.workbench import Record

CONTROLS = {"Accounts Receivable": "ACCREC", "Accounts Payable": "ACCPAY"}
_KINDS = ("ACCRECPAYMENT", "ACCPAYPAYMENT", "ARCREDITPAYMENT", "APCREDITPAYMENT")
_MOST_PARTS = 5


@dataclass(frozen=True, slots=True)
class Paid:
    """What the journals of a payment say.

    Args:
        updated: When its last journal was posted.
        lives: Whether its journals come to something; otherwise it was deleted.
        trade: `ACCREC` or `ACCPAY`: whose control account it moves.
        cleared: What it takes off that account, positive; of a deleted one, what it first took.
        arrived: What the bank account moved by, positive.
    """

    payment_id: str
    kind: str
    day: dt.date
    updated: str
    lives: bool
    trade: str
    cleared: Decimal
    bank: str
    arrived: Decimal


def payments(seeds: Seeds, targets: Sequence[Record]) -> Iterator[Record]:
    """All payments whose document is found.

    Args:
        targets: Invoices and credit notes; a refunded credit note gets its new status.

    Raises:
        ValueError: The document of a payment that counts is not found.
    """
    found = [_paid(seeds, key, journals) for key, journals in seeds.sources(*_KINDS).items()]
    living = [one for one in found if one.lives]
    matched = match(living, targets)
    lost = [one for one in living if one.payment_id not in matched]
    if lost:
        raise ValueError(f"No document for {len(lost)} payments, such as {lost[0]}")
    for one in living:
        target, amount = matched[one.payment_id]
        if "CreditNoteID" in target:
            target |= {"Status": "PAID", "RemainingCredit": target["RemainingCredit"] - amount}
        yield _record(one, target, amount)
    yield from _deleted([one for one in found if not one.lives], targets)


def match(living: Sequence[Paid], targets: Sequence[Record]) -> Mapping[str, tuple[Record, Decimal]]:
    """By payment the document it paid, and how much of it in the document's currency.

    Args:
        targets: Invoices and credit notes.
    """
    matched: dict[str, tuple[Record, Decimal]] = {}
    whole: dict[tuple[str, Decimal, dt.date | None], list[Record]] = defaultdict(list)
    for target in targets:
        if target["Status"] in {"PAID", "AUTHORISED"}:
            whole[_sort_of(target), _in_base(target), _paid_on(target)].append(target)
    for one in living:
        for day in (one.day, None):
            place = whole.get((one.kind, one.cleared, day))
            if place and one.payment_id not in matched:
                target = place.pop(0)
                matched[one.payment_id] = target, target["Total"]
    left = [one for one in living if one.payment_id not in matched]
    for target in [one for group in whole.values() for one in group if "FullyPaidOnDate" in one]:
        parts = _parts(target, left)
        matched |= {one.payment_id: (target, amount) for one, amount in parts}
        left = [one for one in left if one.payment_id not in matched]
    return matched


def _parts(target: Record, left: Sequence[Paid]) -> list[tuple[Paid, Decimal]]:
    """The payments that paid a document together, with the amount of each in its currency."""
    last = _paid_on(target)
    fitting = [one for one in left if one.kind == _sort_of(target) and last is not None and one.day <= last]
    for size in range(2, _MOST_PARTS + 1):
        for group in combinations(fitting, size):
            if max(one.day for one in group) != last:
                continue
            # Each part is rounded, so the sum may be off by half a cent a part.
            if abs(sum((one.cleared for one in group), ZERO) - _in_base(target)) <= size * CENT / 2:
                amounts = [(one.cleared * target["CurrencyRate"]).quantize(CENT, ROUND_HALF_UP) for one in group]
                if sum(amounts, ZERO) == target["Total"]:
                    return list(zip(group, amounts, strict=True))
    return []


def _paid(seeds: Seeds, key: str, journals: Sequence[Journal]) -> Paid:
    sums = moved(journals)
    told = sums or moved(journals[:1])
    (day,) = {day for _, day in told}
    of_type = {account: seeds.accounts[account] for account, _ in told}
    control = next(account for account, row in of_type.items() if row["name"] in CONTROLS)
    bank = next(account for account, row in of_type.items() if row["type"] == "BANK")
    return Paid(
        payment_id=key,
        kind=journals[0].source_type,
        day=day,
        updated=journals[-1].created,
        lives=bool(sums),
        trade=CONTROLS[of_type[control]["name"]],
        cleared=abs(told[control, day]),
        bank=bank,
        arrived=abs(told[bank, day]),
    )


def _deleted(gone: Sequence[Paid], targets: Sequence[Record]) -> Iterator[Record]:
    """Deleted payments whose document can be told by its amount; the others are left out, for they post nothing."""
    for one in gone:
        target = next((t for t in targets if _sort_of(t) == one.kind and _in_base(t) == one.cleared), None)
        if target is not None:
            yield _record(one, target, target["Total"])


def _record(one: Paid, target: Record, amount: Decimal) -> Record:
    key = "InvoiceID" if "InvoiceID" in target else "CreditNoteID"
    rate = (amount / one.arrived).quantize(Decimal("0.000001")) if target["CurrencyRate"] != 1 else Decimal(1)
    short = {"PaymentID": one.payment_id, "Date": wire_day(one.day), "Amount": amount, "CurrencyRate": rate}
    if one.lives:
        target["Payments"].append(short)
    return {
        **short,
        "BankAmount": one.arrived,
        "PaymentType": one.kind,
        "Status": "AUTHORISED" if one.lives else "DELETED",
        "IsReconciled": True,
        "UpdatedDateUTC": instant(one.updated),
        "Account": {"AccountID": one.bank},
        "Invoice": {
            "InvoiceID": target[key],
            "InvoiceNumber": target.get("InvoiceNumber", ""),
            "Type": target["Type"],
            "CurrencyCode": target["CurrencyCode"],
            "CurrencyRate": target["CurrencyRate"],
            "Contact": target["Contact"],
        },
    }


def _sort_of(target: Record) -> str:
    """The PaymentType of what pays a document."""
    names = {"ACCRECCREDIT": "ARCREDITPAYMENT", "ACCPAYCREDIT": "APCREDITPAYMENT"}
    return names.get(target["Type"], f"{target['Type']}PAYMENT")


def _in_base(target: Record) -> Decimal:
    return to_base(target["Total"], target["CurrencyRate"])


def _paid_on(target: Record) -> dt.date | None:
    return day_of_wire(target["FullyPaidOnDate"]) if "FullyPaidOnDate" in target else None
