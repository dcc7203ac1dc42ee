"""The lines behind accounts, 200 a page, as they were when the first page was asked for.

`pagination.links.next` is a path with a token that says all the rest. The draft says that tokens "may expire": here
after ten minutes. On cash basis the lines are those of settlements, under the number of what settles.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from xero_simulator.account_data.accounts import account_of, chosen_accounts
from xero_simulator.account_data.parameters import Asked, problem
from xero_simulator.api.journals import Journals
from xero_simulator.company import Company
from xero_simulator.reports.cash_basis import cash_postings
from xero_simulator.values.days import day_of_wire
from xero_simulator.values.exact_json import loads
from xero_simulator.workbench import Record

PATH = "account-transactions"
_PAGE = 200
_MOST_IDS = 20
_TOKEN_SECONDS = 600
_EVERY = 2**31
_DOCUMENTS = {
    "ACCREC": "INVOICE",
    "ACCPAY": "BILL",
    "ACCRECCREDIT": "CREDIT_NOTE",
    "ACCPAYCREDIT": "CREDIT_NOTE",
    "CASHREC": "RECEIVE_MONEY",
    "CASHPAID": "SPEND_MONEY",
    "TRANSFER": "BANK_TRANSFER",
    "MANJOURNAL": "MANUAL_JOURNAL",
    "PAYSLIP": "PAY_RUN",
}
"""What the draft calls a source; it names PURCHASE_ORDER alone, so these words are a guess."""


def account_transactions(company: Company, asked: Asked, journals: Journals, now: float, root: str) -> Record:
    """Answer `/account-transactions`.

    Args:
        now: Seconds since 1970.
        root: The API's own path.

    Raises:
        Refused: A parameter that is wrong, a token that is none or too old, or bank accounts that may not be seen.
    """
    if (token := asked.query.get("token")) is not None:
        told = _opened(token, now)
        asked, start = Asked(told["query"]), told["start"]
    else:
        start = 0
    first, last, on_cash = asked.day("startDate"), asked.day("endDate"), asked.on_cash_basis
    if last < first:
        raise problem("endDate", "endDate must not be before startDate")
    accounts = {row["AccountID"]: row for row in chosen_accounts(company, asked, _MOST_IDS, silent=True)}
    if set(asked.listed("include")) - {"trackingCategories"}:
        raise problem("include", "include must be trackingCategories")
    posted = [loads(record) for record in journals.behind(company, 0, 0, _EVERY)]
    most = _number(asked, max((one["JournalNumber"] for one in posted), default=0))
    lines = _cash_lines(company, posted) if on_cash else _lines(posted)
    found = [
        line
        for line in lines
        if line["account"] in accounts
        and line["journalNumber"] <= most
        and first.isoformat() <= line["journalDate"] <= last.isoformat()
    ]
    found.sort(key=lambda line: -line["journalNumber"])
    page = [_shown(line, accounts, asked) for line in found[start : start + _PAGE]]
    more = start + _PAGE < len(found)
    query = {**asked.query, "maxjournalnumber": str(most)}
    following = {"query": query, "start": start + _PAGE, "until": now + _TOKEN_SECONDS}
    links = {"next": f"{root}/{PATH}?token={_sealed(following)}"}
    return {
        "currencyCode": company.base_currency,
        "maxJournalNumber": most,
        "lines": page,
        "pagination": {"pageSize": _PAGE, "links": links} if more else None,
    }


def _number(asked: Asked, newest: int) -> int:
    text = asked.query.get("maxjournalnumber")
    if text is None:
        return newest
    if not text.isdecimal():
        raise problem("maxJournalNumber", "maxJournalNumber must not be negative")
    return int(text)


def _lines(posted: Sequence[Record]) -> Iterator[Record]:
    reversed_: set[str] = set()
    for journal in posted:
        source = journal.get("SourceID")
        event = "UPDATE" if source in reversed_ else "CREATE"
        reversed_.add(source or "")
        for line in journal["JournalLines"]:
            yield {
                "journalNumber": journal["JournalNumber"],
                "journalDate": day_of_wire(journal["JournalDate"]).isoformat(),
                "description": line.get("Description") or journal.get("Reference") or "",
                "account": line["AccountID"],
                "net": line["NetAmount"],
                "tax": line["TaxAmount"],
                "source": _source(source, journal.get("SourceType"), event, journal.get("Reference")),
                "taxRate": {"code": line.get("TaxType"), "name": line.get("TaxName"), "percentage": None},
                "tracking": line["TrackingCategories"],
            }


def _cash_lines(company: Company, posted: Sequence[Record]) -> Iterator[Record]:
    numbers = {one["SourceID"]: one["JournalNumber"] for one in posted if "SourceID" in one}
    newest = max((one["JournalNumber"] for one in posted), default=0)
    for posting in cash_postings(company):
        yield {
            "journalNumber": numbers.get(posting.journal_id, newest),
            "journalDate": posting.date.isoformat(),
            "description": posting.text,
            "account": posting.account_id,
            "net": posting.net_amount,
            "tax": posting.tax,
            "source": _source(posting.source_id, posting.source_type, "CREATE", None),
            "taxRate": {"code": posting.tax_type or None, "name": None, "percentage": None},
            "tracking": [],
        }


def _source(document: str | None, kind: str | None, event: str, reference: str | None) -> Record:
    if not document or not kind:  # what Xero knows no source of, such as depreciation
        return dict.fromkeys(("documentId", "documentType", "eventType", "contactId", "contactName", "reference"))
    payment = "PAYMENT" if kind.endswith("PAYMENT") and "PREPAYMENT" not in kind[:12] else kind
    told = {"documentId": document, "documentType": _DOCUMENTS.get(kind, payment), "eventType": event}
    return {**told, "contactId": None, "contactName": None, "reference": reference or None}


def _shown(line: Record, accounts: Mapping[str, Record], asked: Asked) -> Record:
    row = accounts[line["account"]]
    shown = {
        **{name: line[name] for name in ("journalNumber", "journalDate", "description")},
        "account": {"id": row["AccountID"], **account_of(row)},
        "netAmount": {"value": abs(line["net"]), "type": "CREDIT" if line["net"] < 0 else "DEBIT"},
        "signedNetAmount": line["net"],
        "taxAmount": {"value": abs(line["tax"]), "type": "CREDIT" if line["tax"] < 0 else "DEBIT"},
        "signedTaxAmount": line["tax"],
        "source": line["source"],
        "taxRate": line["taxRate"],
    }
    if not asked.listed("include"):
        return shown
    tracking = {
        one["TrackingCategoryID"]: {
            "categoryName": one["Name"],
            "optionId": one["TrackingOptionID"],
            "optionName": one["Option"],
        }
        for one in line["tracking"]
        if "TrackingCategoryID" in one
    }
    return {**shown, "trackingCategories": tracking or None}


def _sealed(told: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode()


def _opened(token: str, now: float) -> dict[str, Any]:
    try:
        told = json.loads(base64.urlsafe_b64decode(token))
        if told["until"] >= now:
            return told
    except (binascii.Error, ValueError, KeyError, TypeError):
        pass
    raise problem("token", "The token is invalid, or no longer valid")
