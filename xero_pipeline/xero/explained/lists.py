"""Lists that are composed of several answers, by the table they fill."""

from __future__ import annotations

from collections.abc import Callable

from xero_pipeline.xero.explained.account_balances import read_account_balances
from xero_pipeline.xero.explained.account_transactions import read_account_transactions
from xero_pipeline.xero.explained.fixed_assets import read_fixed_assets
from xero_pipeline.xero.explained.known import KnownBefore
from xero_pipeline.xero.explained.pay_runs import read_pay_runs
from xero_pipeline.xero.pagination.list_request import ListRequest
from xero_pipeline.xero.pagination.page import Page

_READERS: dict[str, Callable[[ListRequest, KnownBefore], Page]] = {
    "account_balances": read_account_balances,
    "account_transactions": read_account_transactions,
    "fixed_assets": lambda request, _: read_fixed_assets(request),
    "pay_runs": read_pay_runs,
}


def read_composed(request: ListRequest, known: KnownBefore) -> Page:
    """The whole list as one page.

    Raises:
        XeroPipelineError: As `XeroClient.get`.
    """
    return _READERS[request.endpoint.table](request, known)
