"""Answers what stands below `/accountdata.xro/1.0`."""

from __future__ import annotations

from collections.abc import Callable

from xero_simulator.account_data.balances import account_balances, account_movements
from xero_simulator.account_data.parameters import Asked, forbidden
from xero_simulator.account_data.transactions import PATH, account_transactions
from xero_simulator.api.journals import Journals
from xero_simulator.company import Company
from xero_simulator.messages import Request, Response
from xero_simulator.wire import insufficient_scope, json_answer, not_allowed, not_found

API_ROOT = "/accountdata.xro/1.0"
SCOPES = {
    "account-balances": "accountdata.balances.read",
    "account-movements": "accountdata.movements.read",
    PATH: "accountdata.transactions.read",
}
"""The scope that opens each of its paths."""


def answer_account_data(
    request: Request, scopes: frozenset[str], company: Callable[[], Company], journals: Journals, now: float
) -> Response:
    """Answer one request of a caller who is let in already.

    Args:
        scopes: What the caller's token allows.
        company: Builds or finds the organisation's books.
        now: Seconds since 1970.

    Raises:
        Refused: Any 4xx.
    """
    path = request.path.removeprefix(API_ROOT).strip("/")
    if path not in SCOPES:
        raise not_found()
    if request.method != "GET":
        raise not_allowed()
    if SCOPES[path] not in scopes:
        raise insufficient_scope()
    books, asked = company(), Asked(request.query)
    if "Reports" in books.refused:
        raise forbidden()
    if path == PATH:
        return json_answer(200, account_transactions(books, asked, journals, now, API_ROOT))
    return json_answer(200, account_balances(books, asked) if "balances" in path else account_movements(books, asked))
