"""Addresses of the pages of an organisation's books."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote, urlencode

BACK = "back"
"""What the address of a document calls the page that leads there."""


def books_address(tenant_id: str) -> str:
    """What all of them begin with."""
    return f"/books/{quote(tenant_id, safe='')}"


def document_address(tenant_id: str, document_id: str, back: str) -> str:
    """The address of a document.

    Args:
        back: The page that leads there, without what all addresses begin with; empty for none.
    """
    address = f"{books_address(tenant_id)}/documents/{quote(document_id, safe='')}"
    return f"{address}?{urlencode({BACK: back})}" if back else address


def ledger_address(tenant_id: str, account_id: str, start: date, end: date, on_cash: bool = False) -> str:
    """The address of the journal lines of an account in some days.

    Args:
        on_cash: On cash basis.
    """
    asked = {"from": f"{start}", "to": f"{end}", "account": account_id, **({"basis": "cash"} if on_cash else {})}
    return f"{books_address(tenant_id)}/statements/general-ledger?{urlencode(asked)}"
