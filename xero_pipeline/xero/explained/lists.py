"""Lists that are composed of several answers, by the table they fill."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from xero_pipeline.xero.explained.fixed_assets import read_fixed_assets
from xero_pipeline.xero.explained.pay_runs import read_pay_runs
from xero_pipeline.xero.pagination.list_request import ListRequest
from xero_pipeline.xero.pagination.page import Page


def read_composed(request: ListRequest, stored: Callable[[], Mapping[str, str]]) -> Page:
    """The whole list as one page.

    Args:
        stored: Its records as they were read before, by their ids.

    Raises:
        XeroPipelineError: As `XeroClient.get`.
    """
    if request.endpoint.table == "fixed_assets":
        return read_fixed_assets(request)
    return read_pay_runs(request, stored)
