"""What each kind of document posts: the truth that the reports are computed from.

Rules of double entry, with Xero's habits:

* A document in a foreign currency posts amount divided by CurrencyRate, rounded half up. The control account carries
  the rounded total and tax is rounded on its own; a cent left over goes to the largest line.
* A payment clears the control account at the document's rate and moves the bank at its own; the difference is realised
  gain or loss. Of a document paid in parts each part is rounded on its own: a cent may stay on the control account.
* What a sale of tracked inventory cost is posted beside it, though no document shows it.
* An overpayment sits on the control account. A prepayment sits on the account its line names, with its tax, and moves
  to the control account as it is set off.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from xero_simulator.books.double_entry.legs import Leg, Posting, journal, leg_of
from xero_simulator.books.double_entry.open_amounts import OpenAmounts, document_key
from xero_simulator.values.amounts import ZERO, to_base
from xero_simulator.values.days import day_of_wire
from xero_simulator.values.ids import stable_id
from xero_simulator.workbench import Record

POSTED = frozenset({"AUTHORISED", "PAID"})
_COST = Decimal("0.27")
_DOCUMENT_SIGN = {"ACCREC": 1, "ACCPAY": -1, "ACCRECCREDIT": -1, "ACCPAYCREDIT": 1}


class Poster:
    """Derives postings from records."""

    def __init__(self, tables: Mapping[str, Mapping[str, Record]], base_currency: str) -> None:
        self._tables = tables
        self._base = base_currency
        accounts = tables["Accounts"].values()
        self._system = {row["SystemAccount"]: row["AccountID"] for row in accounts if "SystemAccount" in row}
        self._open = OpenAmounts(tables)
        self._codes = {row["Code"]: row["AccountID"] for row in accounts}
        items = tables.get("Items", {}).values()
        self._stock = {row["Code"]: row for row in items if row["IsTrackedAsInventory"]}

    def all(self) -> list[Posting]:
        """Every posting of the organisation."""
        found: list[Posting] = []
        for wrapper, statuses, post in (
            ("Invoices", POSTED, self._document),
            ("Invoices", POSTED, self._cost_of_sales),
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
                if record.get("Status", "AUTHORISED") in statuses:  # older bank transfers are without
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
        return journal(document_key(record), day_of_wire(record["Date"]), kind, record, legs)

    def _cost_of_sales(self, record: Record) -> Iterator[Posting]:
        """What the goods of a sale cost leaves the stock; Xero takes the average cost, here it is a share of the price.

        Source: Xero's page "Tracked inventory items".
        """
        legs: list[Leg] = []
        for line in record["LineItems"] if record["Type"] == "ACCREC" else ():
            item = self._stock.get(line.get("ItemCode", ""))
            if item is not None:
                cost = to_base(line["LineAmount"] * _COST, record["CurrencyRate"])
                expense = self._codes[item["PurchaseDetails"]["COGSAccountCode"]]
                legs.append(leg_of({**line, "AccountID": expense, "TaxType": ""}, cost, cost, ZERO))
                legs.append(Leg(self._codes[item["InventoryAssetAccountCode"]], -cost, -cost))
        key = stable_id(f"cost of sales/{document_key(record)}")
        return journal(key, day_of_wire(record["Date"]), "", record, legs)

    def _bank_transaction(self, record: Record) -> Iterator[Posting]:
        """Spend and receive money, advances included, against the bank account."""
        if record["Type"].endswith("TRANSFER"):
            return iter(())
        received = record["Type"].startswith("RECEIVE")
        kind = "CASHREC" if received else "CASHPAID"
        if "-" in record["Type"]:
            kind = ("AR" if received else "AP") + record["Type"].split("-")[1]
        legs = self._line_legs(record, record["BankAccount"]["AccountID"], 1 if received else -1)
        return journal(record["BankTransactionID"], day_of_wire(record["Date"]), kind, record, legs)

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
            legs.append(leg_of(line, -sign * to_base(net, rate), -sign * net, tax))
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
        return journal(record["BankTransferID"], day_of_wire(record["Date"]), "TRANSFER", record, legs)

    def _payment(self, record: Record) -> Iterator[Posting]:
        """A payment or a refund: the bank at the payment's rate, the document at its own."""
        document = self._open.document(record["Invoice"]["InvoiceID"])
        kind = record["PaymentType"]
        into_bank = kind in {"ACCRECPAYMENT", "APCREDITPAYMENT", "APOVERPAYMENTPAYMENT", "APPREPAYMENTPAYMENT"}
        sign = 1 if into_bank else -1
        bank = sign * to_base(record["Amount"], record["CurrencyRate"])
        legs = [Leg(record["Account"]["AccountID"], bank, sign * record["BankAmount"])]
        legs += self._clearing(document, record["Amount"], -sign)
        day = day_of_wire(record["Date"])
        return journal(record["PaymentID"], day, kind, document, self._with_gain(legs))

    def _clearing(self, document: Record, amount: Decimal, sign: int) -> list[Leg]:
        """What an event takes off a document: off the control account, or a prepayment's account and tax."""
        if "PrepaymentID" not in document:
            base = self._open.cleared(document, amount)
            return [Leg(self._control(document["Type"]), sign * base, sign * amount)]
        tax = self._open.tax_share(document, amount)
        line = document["LineItems"][0]
        legs = [leg_of(line, sign * (amount - tax), sign * (amount - tax), sign * tax)]
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
            legs = self._clearing(credit, amount, sign)
            legs += self._clearing(invoice, amount, -sign)
            gained = self._with_gain(legs)
            if "PrepaymentID" in credit or len(gained) > 2:
                yield from journal(event, day_of_wire(allocation["Date"]), f"{kind}-ALLOCATION", credit, gained)

    def _journal(self, record: Record) -> Iterator[Posting]:
        """A manual journal posts its lines as they are, and so does what no app may read (`edits.undocumented`)."""
        lines = record["JournalLines"]
        legs = [leg_of(line, line["LineAmount"], line["LineAmount"], line["TaxAmount"]) for line in lines]
        kind = record.get("SourceType", "MANJOURNAL")
        return journal(record["ManualJournalID"], day_of_wire(record["Date"]), kind, record, legs)
