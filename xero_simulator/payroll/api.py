"""Answers what stands below `/payroll.xro`, by the country of the organisation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from xero_simulator.api.accounting import require_scope
from xero_simulator.messages import Request, Response
from xero_simulator.payroll import australia, version_2
from xero_simulator.wire import forbidden, not_allowed, not_found
from xero_simulator.workbench import Workbench

API_ROOT = "/payroll.xro"
SCOPES = ("payroll.payruns", "payroll.payslip", "payroll.settings")


class BooksWithPayroll(Protocol):
    """A simulated company that pays people."""

    @property
    def bench(self) -> Workbench:
        """Its records."""
        ...


def answer_payroll(
    request: Request, scopes: frozenset[str], company: Callable[[], BooksWithPayroll], now: float
) -> Response:
    """Answer one request of a caller who is let in already.

    Args:
        scopes: What the caller's token allows.
        company: Builds or finds the organisation's books.
        now: Seconds since 1970.

    Raises:
        Refused: Any 4xx.
    """
    version, _, path = request.path.removeprefix(f"{API_ROOT}/").strip("/").partition("/")
    if request.method != "GET":
        raise not_allowed()
    head = path.partition("/")[0].lower()
    require_scope(scopes, (_scope(head),))
    bench = company().bench
    if version == "1.0" and bench.country.code == "AU":
        return australia.answer(bench, path, request, now)
    if version == "2.0" and bench.country.code in {"NZ", "GB"}:
        return version_2.answer(bench, path, request, now)
    if version not in {"1.0", "2.0"}:
        raise not_found()
    raise forbidden("Payroll is not available to the organisation")


def _scope(head: str) -> str:
    match head:
        case "payruns":
            return "payroll.payruns"
        case "payslip" | "payslips":
            return "payroll.payslip"
        case _:
            return "payroll.settings"
