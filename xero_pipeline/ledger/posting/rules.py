"""What each kind of document posts: one rule a kind, read by `postings`, which writes them as SQL.

Every rule says which account takes the whole amount, and on which side. The other side are the document's lines, each
without its tax, and the tax as one line on the system account GST. What is common to all:

* Only what Xero counts posts: invoices, bills and credit notes that are AUTHORISED or PAID, money that is AUTHORISED,
  manual journals that are POSTED. A draft, a voided or a deleted document posts nothing.
* Base currency is amount / CurrencyRate, rounded half up to the cent (developer.xero.com, "Currencies": the rate is
  units of foreign currency for one unit of base currency). The whole amount and the tax are rounded on their own; the
  cent that this leaves over goes to the line with the largest amount. Of a document that is paid or allocated in parts
  each part is rounded on its own, and so is the tax within it.
* A document without a rate has that of the day's other documents, and says so.
* A payment or an allocation posts only if all that it is of does. One id is one document.
* What a total is off its lines in the document's own currency goes to the system account ROUNDING (seen in Xero's own
  journals). More than half a cent a leg is a document that is wrong, but for an invoice whose total is rounded as a
  whole, by up to 0.10 (RoundingAmount, as the models of xero-node 20.0.0 describe it; lists do not have it).
* What is withheld for the UK's construction scheme (CISDeduction) is never owed: the control account takes the total
  without it, the system account CISASSETS (sales) or CISLIABILITY (purchases) takes the rest (help.xero.com/uk, "CIS").
* An account in base currency gets the payment's BankAmount, for a rate has six digits only.
* A pay run that is POSTED posts its lines as they are, sums over all employees, under its payment date. Where Xero says
  the sums but not their accounts, it does not post, and says so (docs/explained.md has what is assumed).
* A fixed asset posts its depreciation month by month and its disposal, as worked out of the register, under the last
  day of the month and the day it goes. Where that does not come to what the register says, it does not post.
* A line of a document without tax (`NoTax`) or with tax on top (`Exclusive`) posts its LineAmount, one with tax inside
  (`Inclusive`) posts LineAmount less TaxAmount.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Whole = Literal["DEBTORS", "CREDITORS", "bank"]
"""The account that takes the whole amount: a control account by its SystemAccount, or the document's bank account."""

DEBIT, CREDIT = 1, -1
DOCUMENTS = ("ACCREC", "ACCPAY", "ACCRECCREDIT", "ACCPAYCREDIT")
"""Source types of what is owed until something settles it; on cash basis it counts only then."""
POSTED_DOCUMENT = ("AUTHORISED", "PAID")
POSTED_MONEY = ("AUTHORISED",)
POSTED_JOURNAL = ("POSTED",)
IDLE = ("DRAFT", "SUBMITTED", "DELETED", "VOIDED", "ARCHIVED")
"""Statuses that post nothing. Any other is not known, and told."""
WITHOUT_STATUS = ("bank_transfers", "bank_transactions", "prepayments", "overpayments")
"""What counts without a status, for it has no draft: bank transfers have one only since API 16 (July 2026)."""

ROUNDED_BY = Decimal("0.10")
"""How much the total of an invoice may be rounded as a whole."""
MOST = 10**12
"""An amount as large as this, in its own or in base currency, is a mistake that no books could hold."""
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2099, 12, 31)
"""The days that books may have; anything else is a mistake, and would make statements of a thousand months."""

UNEXPLAINED, REVALUATION, REVERSAL = "UNEXPLAINED", "REVALUATION", "REVALUATION-REVERSAL"
"""Source types of what no document shows; of unrealised currency gains at a month end, and of what takes them back."""
REVALUED = (REVALUATION, REVERSAL)
ACCOUNT_DATA = "ACCOUNT-DATA"
"""Source type of lines that only Xero's Account Data API shows."""
WITHOUT_DOCUMENT = (UNEXPLAINED, ACCOUNT_DATA, *REVALUED)

RULES_VERSION = 6
"""Goes up when a rule changes: then every organisation's ledger is posted anew."""


@dataclass(frozen=True, slots=True)
class DocumentRule:
    """What one kind of document posts.

    Args:
        table: Where the documents are, in schema xero.
        whole: The account that takes the whole amount.
        side: Its side: `DEBIT` or `CREDIT`. The lines and the tax take the other.
        source_type: Xero's word for it in a journal.
    """

    table: str
    kind: str
    whole: Whole
    side: int
    source_type: str
    why: str


def document_rules() -> tuple[DocumentRule, ...]:
    """The rules of all documents with lines."""
    return (
        DocumentRule("invoices", "ACCREC", "DEBTORS", DEBIT, "ACCREC", "A customer owes us the total; we earned it."),
        DocumentRule("invoices", "ACCPAY", "CREDITORS", CREDIT, "ACCPAY", "We owe a supplier; we spent the lines."),
        DocumentRule("credit_notes", "ACCRECCREDIT", "DEBTORS", CREDIT, "ACCRECCREDIT", "A customer owes us less."),
        DocumentRule("credit_notes", "ACCPAYCREDIT", "CREDITORS", DEBIT, "ACCPAYCREDIT", "We owe a supplier less."),
        DocumentRule("bank_transactions", "RECEIVE", "bank", DEBIT, "CASHREC", "Money in, earned at once."),
        DocumentRule("bank_transactions", "SPEND", "bank", CREDIT, "CASHPAID", "Money out, spent at once."),
        # An advance waits on the account its line names: a prepayment on one for it, an overpayment on the control
        # account itself. It leaves that account when it is set off or paid back.
        DocumentRule("bank_transactions", "RECEIVE-PREPAYMENT", "bank", DEBIT, "ARPREPAYMENT", "Paid in advance."),
        DocumentRule("bank_transactions", "SPEND-PREPAYMENT", "bank", CREDIT, "APPREPAYMENT", "We paid in advance."),
        DocumentRule("bank_transactions", "RECEIVE-OVERPAYMENT", "bank", DEBIT, "AROVERPAYMENT", "Paid too much."),
        DocumentRule("bank_transactions", "SPEND-OVERPAYMENT", "bank", CREDIT, "APOVERPAYMENT", "We paid too much."),
        # RECEIVE-TRANSFER and SPEND-TRANSFER are the halves of a bank transfer, which posts once, as itself.
    )


@dataclass(frozen=True, slots=True)
class PaymentRule:
    """What one type of payment posts: the bank at the payment's rate, the document at its own, the rest is gain.

    Args:
        side: The side of the bank account: `DEBIT` for money in.
    """

    kind: str
    side: int
    why: str


def payment_rules() -> tuple[PaymentRule, ...]:
    """The rules of all payments; the account they clear is the one their document's whole amount is on."""
    return (
        PaymentRule("ACCRECPAYMENT", DEBIT, "A customer pays an invoice."),
        PaymentRule("ACCPAYPAYMENT", CREDIT, "We pay a bill."),
        PaymentRule("ARCREDITPAYMENT", CREDIT, "We pay a customer's credit note back."),
        PaymentRule("APCREDITPAYMENT", DEBIT, "A supplier pays a credit note back."),
        PaymentRule("ARPREPAYMENTPAYMENT", CREDIT, "We pay a customer's prepayment back."),
        PaymentRule("APPREPAYMENTPAYMENT", DEBIT, "A supplier pays our prepayment back."),
        PaymentRule("AROVERPAYMENTPAYMENT", CREDIT, "We pay back what a customer paid too much."),
        PaymentRule("APOVERPAYMENTPAYMENT", DEBIT, "A supplier pays back what we paid too much."),
    )


@dataclass(frozen=True, slots=True)
class CreditRule:
    """What setting one kind of credit off against an invoice posts.

    Both stand on the same control account, so only what is not equal there shows: the gain between two rates, and of
    a prepayment the account and the tax it leaves.

    Args:
        table: Where the credits are.
        kinds: Their Types; Xero has an older name for some.
        side: The side that clears the credit.
        source_type: Word for it in a journal.
    """

    table: str
    kinds: tuple[str, ...]
    side: int
    source_type: str
    why: str

    @property
    def key(self) -> str:
        """The column of the credit's id."""
        return f"{self.table.removesuffix('s')}_id"

    @property
    def allocations(self) -> str:
        """The table of its allocations."""
        return f"{self.table.removesuffix('s')}_allocations"


def credit_rules() -> tuple[CreditRule, ...]:
    """The rules of all credits."""
    sales, purchases = "A customer's credit settles an invoice.", "A supplier's credit settles a bill."
    return (
        CreditRule("credit_notes", ("ACCRECCREDIT",), DEBIT, "ACCRECCREDIT-ALLOCATION", sales),
        CreditRule("credit_notes", ("ACCPAYCREDIT",), CREDIT, "ACCPAYCREDIT-ALLOCATION", purchases),
        CreditRule("prepayments", ("RECEIVE-PREPAYMENT", "ARPREPAYMENT"), DEBIT, "ARPREPAYMENT-ALLOCATION", sales),
        CreditRule("prepayments", ("SPEND-PREPAYMENT", "APPREPAYMENT"), CREDIT, "APPREPAYMENT-ALLOCATION", purchases),
        CreditRule("overpayments", ("RECEIVE-OVERPAYMENT", "AROVERPAYMENT"), DEBIT, "AROVERPAYMENT-ALLOCATION", sales),
        CreditRule(
            "overpayments", ("SPEND-OVERPAYMENT", "APOVERPAYMENT"), CREDIT, "APOVERPAYMENT-ALLOCATION", purchases
        ),
    )
